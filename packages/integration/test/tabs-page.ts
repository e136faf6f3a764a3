/** A page with an engine on a store that all tabs of the account share. */
import { browserStore, createClient } from '@xeps/client';
import { createIm } from '@xeps/im';
import { presence } from '@xeps/rfc-6121';
import { indexedDbStore } from '@xeps/store-indexeddb';

/** What a test asks of the page. */
interface ConversationPage {
  /** Accepts so many messages, one after the other. */
  say(name: string, count: number): Promise<void>;
  /** What the tab shows of the conversation, as it was last told to look. */
  shown: readonly string[];
  waiting(): Promise<number>;
  find(text: string): Promise<string[]>;
  unread(): Promise<number>;
  read(): Promise<void>;
}
declare global {
  var conversation: ConversationPage;
}

const query = new URLSearchParams(location.search);
const get = (name: string): string => query.get(name) ?? '';
const peer = get('peer');

const store = indexedDbStore(get('jid'));
const client = createClient({
  jid: get('jid'),
  password: get('password'),
  service: get('service'),
  allowInsecure: true,
  store: browserStore(),
});
const im = createIm(client, { store, receipts: () => true });
client.use(presence).announce();

globalThis.conversation = {
  async say(name, count) {
    for (let at = 0; at < count; at++) await im.send(peer, `${name} ${at}`);
  },
  shown: [],
  waiting: async () => (await store.read((tx) => tx.outbox())).length,
  find: async (text) => (await im.search(text)).map((message) => message.text),
  unread: () => im.unread(),
  read: () => im.markRead(peer),
};
async function show(): Promise<void> {
  globalThis.conversation.shown = (await im.messages(peer, { limit: 10_000 })).map(({ text }) => text);
}
// A list that shows what it is told of and does not look by itself.
im.on('change', ({ conversations }) => {
  if (conversations === 'all' || conversations.includes(peer)) void show();
});
await show();
await client.start();
document.body.append(Object.assign(document.createElement('output'), { textContent: 'online' }));
