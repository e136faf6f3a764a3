import { DisconnectedError } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { queryArchive } from '@xeps/xep-0313';
import type { ArchivedMessage, ArchiveOptions, ArchivePage } from '@xeps/xep-0313';
import { accountOptions, address, count, time, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { messageLine, messageText } from '../message-line.ts';
import type { MessageLine } from '../message-line.ts';
import { online } from '../online.ts';
import type { ConnectOptions, Online } from '../online.ts';

interface HistoryOptions extends ConnectOptions {
  readonly limit?: number;
  readonly since?: Date;
  readonly before?: string;
}

/** Archives give at most so many at a time, whatever they are asked for. */
const pageSize = 250;

/** `xeps history`: a conversation, read back from the account's archive. */
export const history = defineCommand<HistoryOptions>({
  name: 'history',
  summary: 'Read a conversation back from the archive, oldest first',
  description: [
    "The address is the contact's; the archive is the account's own. Without --limit all of it is read.",
    'With --json, as listen writes them: {"type":"message","direction","at","delayed","stanzaId","id"?,"from","to",' +
      '"messageType","subject"?,"body"?,"thread"?,"url"?}',
  ],
  examples: [
    ['xeps history juliet@example.org --limit 20', 'the last twenty messages'],
    ['xeps history juliet@example.org --since 7d', 'those of the last week'],
    ['xeps history juliet@example.org --since 2026-05-01 --json', 'those since then, as JSON Lines'],
    ['xeps history juliet@example.org --before ID --limit 20', 'the twenty before one, by its stanzaId'],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<address>', 'the contact', address)
          .option('--limit <n>', 'the newest N messages', count)
          .option('--since <time>', 'those since: 2026-05-01, 2026-05-01T10:00:00Z, 12h or 7d ago', (text) =>
            time(text),
          )
          .option('--before <id>', 'those before the message with this stanzaId'),
      ),
    ),
  run: (context) =>
    online(context, async (connection) => {
      const progress = context.output.progress('Reading the archive');
      try {
        // What is newest is asked for first, so that no more is read than was asked for.
        const { limit, before } = context.options;
        if (limit === undefined && before === undefined) {
          for await (const { lines, total, read } of linesOf(context, connection, false)) {
            progress.end();
            for (const line of lines) await print(context, line);
            progress.update(read, total);
          }
          return;
        }
        const newest: MessageLine[] = [];
        for await (const { lines, total } of linesOf(context, connection, true)) {
          newest.push(...lines);
          progress.update(newest.length, Math.min(limit ?? Infinity, total ?? Infinity));
          if (limit !== undefined && newest.length >= limit) break;
        }
        progress.end();
        for (const line of newest.slice(0, limit).reverse()) await print(context, line);
      } finally {
        progress.end();
      }
    }),
});

function print({ output }: CommandContext<HistoryOptions>, line: MessageLine): Promise<void> {
  return output.result(line, () => messageText(line));
}

interface Part {
  readonly lines: readonly MessageLine[];
  /** Messages read so far, and how many there are in all, if the archive says so. */
  readonly read: number;
  readonly total: number | undefined;
}

async function* linesOf(
  context: CommandContext<HistoryOptions>,
  connection: Online,
  reverse: boolean,
): AsyncGenerator<Part> {
  let read = 0;
  for await (const { items, set, gap } of pagesOf(context, connection, reverse)) {
    if (gap) context.output.note('the archive left out messages of this page');
    read += items.length;
    yield { lines: items.flatMap((item) => lineOf(context, connection, item)), read, total: set.count };
  }
}

/** The pages; a session that was lost, not merely its connection, is gone on with where the last page ended. */
async function* pagesOf(
  { args, options }: CommandContext<HistoryOptions>,
  { client, signal, timeout }: Online,
  reverse: boolean,
): AsyncGenerator<ArchivePage> {
  let cursor = options.before;
  const query = { with: args[0]!, start: options.since };
  for (let attempts = 0; attempts < 5;) {
    const how: ArchiveOptions = {
      reverse,
      signal,
      timeout,
      cursor,
      pageSize: Math.min(options.limit ?? pageSize, pageSize),
      // The page after the one that ends at the limit is not wanted.
      pipeline: options.limit === undefined,
    };
    try {
      for await (const page of queryArchive(client, query, how).pages()) {
        cursor = page.next ?? cursor;
        attempts = 0;
        yield page;
      }
      return;
    } catch (error) {
      attempts += 1;
      if (!(error instanceof DisconnectedError) || signal.aborted || attempts === 5) throw error;
    }
  }
}

function lineOf(
  { output, options }: CommandContext<HistoryOptions>,
  { client }: Online,
  { id, time: at, stanza, fault }: ArchivedMessage,
): MessageLine[] {
  if (fault !== undefined) output.note(`message ${id} can't be read: ${fault.message}`);
  if (stanza === undefined || at === undefined) return [];
  // Prosody's own storage gives its last message where it has none since then. Archives may keep whole seconds only.
  if (options.since !== undefined && at.getTime() < Math.floor(options.since.getTime() / 1_000) * 1_000) return [];
  const own = client.jid.bare();
  const from = stanza.attrs['from'] as string | undefined;
  const isOwn = from === undefined || tryParseJid(from, { lenient: true })?.bare().equals(own) === true;
  const line = messageLine(stanza, { own, direction: isOwn ? 'sent' : 'received', at, delayed: true, stanzaId: id });
  return line === undefined ? [] : [line];
}
