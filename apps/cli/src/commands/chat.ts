import { parseJid } from '@xeps/core/jid';
import { accountOptions, address, count, timeoutOption } from '../arguments.ts';
import { createChat } from '../chat/chat.ts';
import { defineCommand } from '../command.ts';
import { flush, synced, withConversations } from '../conversations.ts';
import { oneLine } from '../text.ts';
import type { ConnectOptions } from '../online.ts';

interface ChatOptions extends ConnectOptions {
  readonly limit: number;
  /** `false` with `--no-receipts`. */
  readonly receipts: boolean;
}

/** `xeps chat`: a conversation. */
export const chat = defineCommand<ChatOptions>({
  name: 'chat',
  summary: 'Talk with somebody',
  description: [
    'Shows the last messages, and new ones as they come. What you type is sent; /help shows the commands, such as /reply, ' +
      '/edit and /react. Messages are stored here, and what another device of yours writes and reads is followed.',
    'With a pipe, each line is a message or a command; it ends when the input has ended and everything is sent. A message ' +
      'that comes back ends with exit code 4.',
    'What is shown counts as read. Contacts who may see your presence learn that messages came and were read: ' +
      '--no-receipts keeps that to yourself.',
    'With --json: {"type":"message"|"changed",…} as docs/cli.md has them, {"type":"typing","conversation","state"}, ' +
      '{"type":"synced","received"}, {"type":"older","count","complete"}. Commands name messages by their key or id: /react KEY 👍',
  ],
  examples: [
    ['xeps chat juliet@example.org', 'until Ctrl-D'],
    ['seq 3 | xeps chat juliet@example.org', 'three messages'],
    ['xeps chat juliet@example.org --json', 'for a program'],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<address>', 'the contact', address)
          .option('--limit <n>', 'how many messages to show at first', count, 20)
          .option('--no-receipts', 'confirm nothing'),
      ),
    ),
  async run(context) {
    const { options, output } = context;
    const to = String(parseJid(context.args[0]!).bare());
    const screen = createChat(context, to, options.limit);
    try {
      await withConversations(
        { ...context, output: screen.output },
        async (conversations) => {
          const { client, signal } = conversations;
          client.onConnection(({ status }) => screen.setOnline(status === 'online'));
          screen.setOnline(true);
          const following = synced(conversations).then(
            async ({ state, received }) => {
              if (output.json) await output.result({ type: 'synced', state, received }, '');
              await screen.follow();
            },
            async (error: unknown) => {
              signal.throwIfAborted();
              const why = oneLine(error instanceof Error ? error.message : String(error));
              screen.output.note(`the archive can't be read: ${why}`);
              await screen.follow();
            },
          );
          following.catch(() => undefined);
          // Lines that are there already may be about what is shown first.
          if (!screen.interactive) await following;
          await screen.read();
          await following;
          await flush(conversations);
          await screen.checkDelivered();
        },
        {
          announce: true,
          before: (conversations) => screen.open(conversations),
          im: options.receipts ? {} : { receipts: 'never', markers: 'never' },
        },
      );
    } finally {
      screen.close();
    }
  },
});
