import { open, rename, rm } from 'node:fs/promises';
import { Option } from 'commander';
import { parseJid } from '@xeps/core/jid';
import { accountOptions, address, time } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { withStored } from '../conversations.ts';
import type { Conversations } from '../conversations.ts';
import { UsageError } from '../failure.ts';
import type { ExportContext, Format } from '../export/format.ts';
import { htmlFormat } from '../export/html.ts';
import { jsonlFormat } from '../export/jsonl.ts';
import { mboxFormat } from '../export/mbox.ts';
import type { ConnectOptions } from '../online.ts';
import { allMessages } from '../stored-message.ts';

const formats: Readonly<Record<'jsonl' | 'html' | 'mbox', (context: ExportContext) => Format>> = {
  jsonl: jsonlFormat,
  html: htmlFormat,
  mbox: mboxFormat,
};

interface ExportOptions extends ConnectOptions {
  readonly format: keyof typeof formats;
  readonly in?: string;
  readonly since?: Date;
  readonly output?: string;
}

/** Characters that are written at a time. */
const PIECE = 65_536;

/** `xeps export`: what is stored, for other programs and for keeping. */
export const exportCommand = defineCommand<ExportOptions>({
  name: 'export',
  summary: 'Write the messages that are stored, as JSON Lines, a page or a mailbox',
  description: [
    'It asks no server: run xeps sync --full first for everything that the archive has. Conversation by conversation, the ' +
      'oldest message first. A page is one file that fetches nothing; a mailbox is for mail programs. A file is readable by ' +
      'you alone, and replaced when all is written.',
    'Of a corrected message the last wording counts; the page and JSON Lines have the earlier ones too.',
    'Lines of JSON are {"type":"message",…} as docs/cli.md has them. With --json and --output: ' +
      '{"type":"exported","file","format","conversations","messages"}',
  ],
  examples: [
    ['xeps export > messages.jsonl', 'all, as JSON Lines'],
    ['xeps export --format html --in juliet@example.org --output juliet.html', 'a page to read and to print'],
    ['xeps export --format mbox --since 30d --output month.mbox', 'the last month, for a mail program'],
  ],
  setup: (command) =>
    accountOptions(
      command
        .addOption(new Option('--format <format>', 'what to write').choices(Object.keys(formats)).default('jsonl'))
        .option('--in <address>', 'only the conversation with this contact', address)
        .option('--since <time>', 'those since: 2026-05-01, 2026-05-01T10:00:00Z, 12h or 7d ago', (text) => time(text))
        .option('--output <file>', 'write to this file'),
    ),
  run: (context) =>
    withStored(context, 'run xeps sync --full first', async (conversations) => {
      const { options, output } = context;
      if (options.output === undefined) {
        await write(context, conversations, (text) => output.write(text));
        return;
      }
      const { conversations: count, messages } = await writeFile(context, conversations, options.output);
      await output.result(
        { type: 'exported', file: options.output, format: options.format, conversations: count, messages },
        `${messages} messages of ${count} conversations: ${options.output}`,
      );
    }),
});

interface Written {
  readonly conversations: number;
  readonly messages: number;
}

async function writeFile(
  context: CommandContext<ExportOptions>,
  conversations: Conversations,
  path: string,
): Promise<Written> {
  // What is there stays until the new one is whole.
  const temporary = `${path}.${process.pid}.part`;
  const file = await open(temporary, 'wx', 0o600).catch((error: unknown) => {
    throw new UsageError(`${path} can't be written: ${(error as Error).message}`);
  });
  try {
    const written = await write(context, conversations, async (text) => void (await file.write(text)));
    await file.close();
    await rename(temporary, path);
    return written;
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

async function write(
  { options, output, signal }: CommandContext<ExportOptions>,
  conversations: Conversations,
  put: (text: string) => Promise<void>,
): Promise<Written> {
  const { im, own, nameOf } = conversations;
  const colors = new Map<string, string>();
  const format = formats[options.format]({
    own,
    nameOf,
    colorOf(one, background) {
      const known = colors.get(`${background} ${one}`) ?? im.colorOf(one, { background });
      colors.set(`${background} ${one}`, known);
      return known;
    },
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const only = options.in === undefined ? undefined : String(parseJid(options.in).bare());
  const addresses = only === undefined ? (await im.conversations()).map((one) => one.address).sort() : [only];
  const progress = output.progress('Exporting', addresses.length);
  let messages = 0;
  let waiting = format.begin(addresses);
  const say = async (text: string): Promise<void> => {
    waiting += text;
    if (waiting.length < PIECE) return;
    await put(waiting);
    waiting = '';
  };
  try {
    for (const [at, one] of addresses.entries()) {
      progress.update(at);
      await say(format.conversation(one));
      for await (const message of allMessages(conversations, one, options.since)) {
        signal.throwIfAborted();
        const { replyTo } = message;
        const answered = replyTo === undefined ? undefined : await im.find(one, replyTo);
        await say(format.message({ message, answered }));
        messages += 1;
      }
    }
    await put(waiting + format.end());
  } finally {
    progress.end();
  }
  if (messages === 0) output.note('there are no such messages');
  return { conversations: addresses.length, messages };
}
