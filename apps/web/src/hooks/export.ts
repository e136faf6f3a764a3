import type { Message } from '@xeps/im';
import type { LinkedAccount } from '../backend/link.ts';

/** Messages that are read at a time. */
const page = 500;

/** Gives the user everything that is stored here, as a file of JSON. */
export async function exportMessages(
  { api, state }: LinkedAccount,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(count: number): void },
): Promise<void> {
  const parts: string[] = [`{"account":${JSON.stringify(state?.address)},"conversations":[`];
  let count = 0;
  for (const [at, { address, name }] of (await api.conversations()).entries()) {
    parts.push(
      `${at === 0 ? '' : ','}{"address":${JSON.stringify(address)},"name":${JSON.stringify(name)},"messages":[`,
    );
    for (let after = -Infinity, first = true; ;) {
      signal.throwIfAborted();
      const messages: Message[] = await api.messages(address, { after, limit: page });
      for (const message of messages) {
        parts.push(`${first ? '' : ','}${JSON.stringify(plain(message))}`);
        first = false;
      }
      onProgress((count += messages.length));
      if (messages.length < page) break;
      after = messages.at(-1)!.position;
    }
    parts.push(']}');
  }
  parts.push(']}\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(parts, { type: 'application/json' }));
  link.download = `${state?.address ?? 'messages'}.json`;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What a message is to others than this store. */
function plain({ key: _key, position: _position, conversation: _conversation, ...message }: Message): object {
  return message;
}
