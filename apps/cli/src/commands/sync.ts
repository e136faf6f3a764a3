import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { flush, synced, withConversations } from '../conversations.ts';
import type { OnlineConversations } from '../conversations.ts';
import { UsageError } from '../failure.ts';
import type { ConnectOptions } from '../online.ts';

interface SyncOptions extends ConnectOptions {
  readonly full?: boolean;
}

/** Messages that are asked for at a time: archives give no more than that. */
const PAGE = 250;

/** `xeps sync`: the archive, read into the store. */
export const sync = defineCommand<SyncOptions>({
  name: 'sync',
  summary: 'Read new messages from the archive into the store',
  description: [
    'What is stored is what chat shows at once, and what search, export and unread read. A new store begins with the ' +
      'newest 500 messages; --full reads everything older too. It can be stopped at any time: the next goes on where it was.',
    'With --json: {"type":"synced","added","conversations","unread"}',
  ],
  examples: [
    ['xeps sync', 'what is new'],
    ['xeps sync --full', 'all that the archive has'],
  ],
  setup: (command) => timeoutOption(accountOptions(command.option('--full', 'also everything that is older'))),
  async run(context) {
    const { options, output } = context;
    if (options.store === false) throw new UsageError('sync stores messages: leave --no-store out');
    const full = options.full === true;
    await withConversations(
      context,
      async (conversations) => {
        const { im, client, signal } = conversations;
        let added = 0;
        im.on('change', (change) => void (added += change.added.length), { signal });
        const progress = output.progress('Reading the archive');
        im.on('sync', ({ received, expected }) => progress.update(received, expected), { signal });
        try {
          const { state } = await synced(conversations);
          if (state === 'unsupported') output.note(`${client.jid.domain} keeps no archive (XEP-0313)`);
          else if (full) await readAll(conversations);
        } finally {
          progress.end();
        }
        await flush(conversations);
        const [all, unread] = [await im.conversations(), await im.unread()];
        await output.result(
          { type: 'synced', added, conversations: all.length, unread },
          `${added} new messages; ${all.length} conversations, ${unread} unread`,
        );
      },
      { im: { contactMessages: 0 } },
    );
  },
});

/** Reads what is older, of all conversations. */
async function readAll({ im, signal }: OnlineConversations): Promise<void> {
  while (!(await im.loadHistory({ limit: PAGE, signal })).complete) signal.throwIfAborted();
}
