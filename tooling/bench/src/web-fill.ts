/** Runs in the web client's page, before the client: puts a long past into its store, as catching up for years would. */
import type { EventRecord } from '@xeps/im/store';
import { indexedDbStore } from '@xeps/store-indexeddb';

declare global {
  /** Fills the store of an account with so many messages of one conversation, and a conversation for each contact. */
  var fillConversations: (
    account: string,
    peer: string,
    messages: number,
    contacts: readonly string[],
  ) => Promise<void>;
}

const words = 'but soft what light through yonder window breaks it is the east and Juliet is the sun'.split(' ');

globalThis.fillConversations = async (account, peer, messages, contacts) => {
  const store = indexedDbStore(account);
  const begin = Date.now() - messages * 60_000;
  const record = (conversation: string, index: number, at: number): EventRecord => {
    const outgoing = index % 3 === 0;
    const length = 3 + ((index * 7919) % 40);
    const text = Array.from({ length }, (_, word) => words[(index + word * 5) % words.length]).join(' ');
    return {
      key: `${conversation} ${index}`,
      conversation,
      kind: 'message',
      position: at,
      refs: [`${conversation}\n${index}`],
      counts: !outgoing,
      text,
      data: {
        id: String(index),
        author: { address: outgoing ? account : conversation },
        outgoing,
        time: begin + at * 60_000,
        confirmed: true,
        content: { text },
        state: outgoing ? 'delivered' : 'received',
      },
    };
  };
  const talk = (address: string, last: EventRecord): object => ({
    address,
    unread: 0,
    last: { key: last.key, position: last.position, time: last.data.time },
    read: { key: last.key, position: last.position },
    history: { complete: true, opened: true },
  });
  for (let done = 0; done < messages; done += 1000) {
    const records = Array.from({ length: Math.min(1000, messages - done) }, (_, at) =>
      record(peer, done + at, done + at),
    );
    await store.write(async (tx) => {
      await tx.putEvents(records);
      await tx.putConversations([talk(peer, records.at(-1)!) as never]);
    });
  }
  for (let done = 0; done < contacts.length; done += 500) {
    const lasts = contacts.slice(done, done + 500).map((address, at) => record(address, 0, messages + done + at));
    await store.write(async (tx) => {
      await tx.putEvents(lasts);
      await tx.putConversations(lasts.map((last) => talk(last.conversation, last) as never));
    });
  }
  await store.close();
};
