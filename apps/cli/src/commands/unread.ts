import type { Conversation } from '@xeps/im';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { synced, withConversations, withStored } from '../conversations.ts';
import type { Conversations } from '../conversations.ts';
import type { ConnectOptions } from '../online.ts';

interface UnreadOptions extends ConnectOptions {
  readonly offline?: boolean;
}

/** `xeps unread`: how much there is to read. */
export const unread = defineCommand<UnreadOptions>({
  name: 'unread',
  summary: 'Say how many messages were not read, on any device',
  description: [
    'The first line is the number in all, for status bars; then each conversation with what is unread in it. The archive is ' +
      'read first, and how far other devices have read; --offline says what is known from the last time.',
    'With --json, one line: {"type":"unread","count","conversations":[{"jid","name","count","at"?}]}, the newest first',
  ],
  examples: [
    ['xeps unread | head -1', 'for a status bar'],
    ['xeps unread --offline', 'at once, as of the last sync'],
  ],
  setup: (command) =>
    timeoutOption(accountOptions(command.option('--offline', 'do not ask the server, only what is stored'))),
  run: (context) =>
    context.options.offline === true
      ? withStored(context, 'run it without --offline', (conversations) => tell(context, conversations))
      : withConversations(
          context,
          async (conversations) => {
            await synced(conversations);
            await tell(context, conversations);
          },
          { im: { contactMessages: 0 } },
        ),
});

async function tell({ output }: CommandContext<UnreadOptions>, { im, nameOf }: Conversations): Promise<void> {
  const all = (await im.conversations()).filter((one) => one.unread > 0);
  const count = all.reduce((sum, one) => sum + one.unread, 0);
  const width = Math.max(...all.map((one) => String(one.unread).length));
  const line = ({ address, unread: own }: Conversation): string =>
    `${String(own).padStart(width)}  ${address}  ${nameOf(address)}`;
  await output.result(
    {
      type: 'unread',
      count,
      conversations: all.map(({ address, unread: own, last }) => ({
        jid: address,
        name: nameOf(address),
        count: own,
        at: last?.time.toISOString(),
      })),
    },
    () => [String(count), ...all.map(line)].join('\n'),
  );
}
