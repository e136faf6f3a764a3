import { parseJid } from '@xeps/core/jid';
import type { Message } from '@xeps/im';
import { accountOptions, address, count, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { synced, withConversations, withStored } from '../conversations.ts';
import type { Conversations } from '../conversations.ts';
import { markFound } from '../found-words.ts';
import { messageLines } from '../message-view.ts';
import type { ConnectOptions } from '../online.ts';
import { storedLine } from '../stored-message.ts';

interface SearchOptions extends ConnectOptions {
  readonly in?: string;
  readonly limit: number;
  readonly sync?: boolean;
}

/** `xeps search`: messages by their words. */
export const search = defineCommand<SearchOptions>({
  name: 'search',
  summary: 'Find messages that are stored, by their words',
  description: [
    'Messages that have all the words, the newest last; the last word may be the beginning of one. Case and accents do not ' +
      'matter. It asks no server: what xeps sync, chat or --sync has brought here is searched.',
    'With --json: {"type":"message",…} as docs/cli.md has it',
  ],
  examples: [
    ['xeps search "balcony moon"', 'in all conversations'],
    ['xeps search moon --in juliet@example.org --limit 5', 'in one, the newest five'],
    ['xeps search moon --sync --json', 'read what is new first'],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<text>', 'words')
          .option('--in <address>', 'only in the conversation with this contact', address)
          .option('--limit <n>', 'the newest N messages', count, 50)
          .option('--sync', 'read what is new from the archive first'),
      ),
    ),
  run: (context) =>
    context.options.sync === true
      ? withConversations(
          context,
          async (conversations) => {
            await synced(conversations);
            await find(context, conversations);
          },
          { im: { contactMessages: 0 } },
        )
      : withStored(context, 'run xeps sync first, or give --sync', (conversations) => find(context, conversations)),
});

async function find(context: CommandContext<SearchOptions>, conversations: Conversations): Promise<void> {
  const { output, options, signal } = context;
  const text = context.args[0]!;
  const { im, nameOf, own } = conversations;
  const conversation = options.in === undefined ? undefined : String(parseJid(options.in).bare());
  const found = await im.search(text, { conversation, limit: options.limit });
  const lines = async (message: Message): Promise<void> => {
    const answered = message.replyTo === undefined ? undefined : await im.find(message.conversation, message.replyTo);
    const view = {
      nameOf,
      colorOf: (one: string) => im.colorOf(one),
      answered,
      revealed: true,
      withConversation: conversation === undefined,
    };
    await output.styled(storedLine(message, own), () => markFound(messageLines(message, view), text));
  };
  for (const message of found.toReversed()) {
    signal.throwIfAborted();
    await lines(message);
  }
  if (found.length === 0) output.note('nothing was found');
}
