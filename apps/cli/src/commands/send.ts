import { buffer } from 'node:stream/consumers';
import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { Option } from 'commander';
import { parseJid } from '@xeps/core/jid';
import { sendMessage } from '@xeps/rfc-6121';
import type { OutgoingMessage } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { receiptRequest, waitForReceipt } from '@xeps/xep-0184';
import { sendPing } from '@xeps/xep-0199';
import { sendCorrection } from '@xeps/xep-0308';
import { sendRetraction } from '@xeps/xep-0424';
import { fallback } from '@xeps/xep-0428';
import { hint } from '@xeps/xep-0334';
import { isEmoji, reactions } from '@xeps/xep-0444';
import { quoteFallback, reply } from '@xeps/xep-0461';
import { accountOptions, address, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { isStored, synced, withConversations } from '../conversations.ts';
import type { OnlineConversations } from '../conversations.ts';
import { DataError, UsageError } from '../failure.ts';
import { online, raceSignal, within } from '../online.ts';
import type { ConnectOptions, Online } from '../online.ts';
import { findMessage } from '../stored-message.ts';
import { openFile, upload } from '../upload.ts';
import type { LocalFile } from '../upload.ts';

const stages = ['sent', 'acked', 'received'] as const;

/** What a message does to another one; each with the id of that. */
const relations = ['replyTo', 'correct', 'reactTo', 'retract'] as const;

interface SendOptions extends ConnectOptions, Partial<Readonly<Record<(typeof relations)[number], string>>> {
  readonly file?: string;
  readonly wait: (typeof stages)[number];
}

/** The message that is answered, corrected, reacted to or taken back. */
interface Subject {
  readonly relation: (typeof relations)[number];
  /** The id that goes over the wire. */
  readonly id: string;
  /** What is known of it where it is stored here. */
  readonly author?: string;
  readonly text?: string;
}

/** `xeps send`: a message, or a file. */
export const send = defineCommand<SendOptions>({
  name: 'send',
  summary: 'Send a message or a file; answer, correct, react to or take back one',
  description: [
    'The text is an argument, or with - standard input to its end. A file is uploaded (XEP-0363), and its address sent.',
    'ID names another message: as history, search and chat show it with --json (id, stanzaId or key), or last. last and ' +
      'key need messages to be stored here (xeps sync); so does the quote that --reply-to sends along for clients that know no ' +
      'replies. An id that is not stored here is sent as it is.',
    '--wait says when it is done: sent (written to the connection), acked (taken over by the server; the default), or received ' +
      '(a device of the recipient has confirmed it, XEP-0184). A message that comes back ends with exit code 4.',
    'With --json: {"type":"sent","id","to","stage":"sent"|"acked"|"received","receivedBy"?,"url"?,"replyTo"?,"correct"?,' +
      '"reactTo"?,"retract"?}',
  ],
  examples: [
    ['xeps send juliet@example.org "Hello there"', 'send a text'],
    ['date | xeps send juliet@example.org -', 'send what another program writes'],
    ['xeps send juliet@example.org --file cat.jpg', 'send a file'],
    [
      'xeps send juliet@example.org Hello --wait received --timeout 10',
      'until it has arrived, for ten seconds at most',
    ],
    ['xeps send juliet@example.org --correct last "Hello there!"', 'put the last message in other words'],
    ['xeps send juliet@example.org --react-to last "👍 🎉"', 'react to her last message; "" takes that back'],
    ['xeps send juliet@example.org --reply-to ID "Yes"', 'answer one of her messages'],
    ['xeps send juliet@example.org --retract last', 'take the last message back'],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<address>', 'to whom', address)
          .argument('[text]', 'what to say; - reads standard input')
          .option('--file <file>', 'upload this file and send its address')
          .option('--reply-to <id>', 'the text answers this message')
          .option('--correct <id>', 'the text is what this message of yours is to say')
          .option('--react-to <id>', 'the text are emoji to react to this message with')
          .option('--retract <id>', 'take this message of yours back')
          .addOption(new Option('--wait <stage>', 'when it is done').choices(stages).default('acked')),
      ),
    ),
  async run(context) {
    const { args, options } = context;
    const [, argument] = args;
    const relation = relationIn(options);
    if (relation === 'retract' ? argument !== undefined : argument === undefined && options.file === undefined)
      throw new UsageError(
        relation === 'retract'
          ? 'who takes a message back says nothing: leave the text out'
          : 'nothing to send: give a text, - for standard input, or --file',
      );
    const text = argument === '-' ? await readText(context) : argument;
    if (text === '' && relation !== 'reactTo') throw new UsageError('nothing to send: the text is empty');
    if (relation === 'reactTo') emojisIn(text);
    if (relation === undefined) {
      const file = options.file === undefined ? undefined : await openFile(options.file);
      await online(context, (connection) => sendAll(context, connection, text, file));
    } else if (await isStored(context)) {
      await withConversations(
        context,
        async (conversations) => {
          const subject = await findSubject(context, conversations, relation);
          await sendAll(context, conversations, text, undefined, subject);
          // What was sent is in the archive, and from there in the store.
          await conversations.im.catchUp().catch(() => undefined);
        },
        { im: { contactMessages: 0 } },
      );
    } else {
      const id = options[relation]!;
      if (id === 'last')
        throw new UsageError('the last message is not known here: run xeps sync first, or give its id');
      await online(context, (connection) => sendAll(context, connection, text, undefined, { relation, id }));
    }
  },
});

function relationIn(options: SendOptions): Subject['relation'] | undefined {
  const given = relations.filter((relation) => options[relation] !== undefined);
  if (given.length > 1) throw new UsageError('give one of --reply-to, --correct, --react-to and --retract');
  if (given.length === 1 && options.file !== undefined)
    throw new UsageError('a file goes in a message of its own: leave --file out');
  return given[0];
}

/** Finds the message that is meant, in what is stored and then in what is new. */
async function findSubject(
  { args, options, output }: CommandContext<SendOptions>,
  conversations: OnlineConversations,
  relation: Subject['relation'],
): Promise<Subject> {
  const id = options[relation]!;
  const to = String(parseJid(args[0]!).bare());
  const own = relation === 'correct' || relation === 'retract';
  const look = (): ReturnType<typeof findMessage> => findMessage(conversations, to, id, own);
  let message = id === 'last' ? undefined : await look();
  if (message === undefined) {
    await synced(conversations);
    message = await look();
  }
  if (message === undefined) {
    output.note(`message ${id} is not stored here: its id is sent as it is`);
    return { relation, id };
  }
  if (own && !message.outgoing) throw new UsageError(`message ${id} is not yours: only who wrote it can do that`);
  const [record] = await conversations.store.read((tx) => tx.getEvents([message.key]));
  const { id: stanzaId, originId } = record!.data;
  // XEP-0308 §3 goes by the message's id, the others by that which its sender calls its origin (XEP-0359 §2.2).
  const wire = relation === 'correct' ? (stanzaId ?? originId) : (originId ?? stanzaId);
  if (wire === undefined) throw new UsageError(`message ${id} has no id by which others know it`);
  return { relation, id: wire, author: message.author.address, text: message.text };
}

async function sendAll(
  context: CommandContext<SendOptions>,
  connection: Online,
  text: string | undefined,
  file: LocalFile | undefined,
  subject?: Subject,
): Promise<void> {
  const { output, options, args } = context;
  const { client, signal, timeout } = connection;
  const to = args[0]!;
  const url = file === undefined ? undefined : await upload(output, connection, file);
  const payloads: Element[] = [];
  if (url !== undefined) payloads.push(oobData.encode({ url }));
  if (options.wait === 'received') payloads.push(receiptRequest.encode({}));
  const id = newId();
  // Also tells of a message that comes back, so it is begun whatever is waited for.
  const answer = waitForReceipt(client, id, to, { signal, timeout });
  const back = answer.then(() => new Promise<never>(() => undefined));
  answer.catch(() => undefined);
  back.catch(() => undefined);
  // Clients that don't know XEP-0066 still show where the file is.
  const body = [text, url].filter((part) => part !== undefined).join('\n');
  const { delivery } = await sendAbout(connection, { id, to, body, payloads }, subject);

  let receivedBy: string | undefined;
  if (options.wait === 'received') receivedBy = String(await answer);
  if (options.wait === 'acked') {
    await within(Promise.race([delivery.acked, back]), timeout, "the server's acknowledgement");
    // The server answers in order: by the pong, its own refusal of the message has come.
    await Promise.race([sendPing(client, { signal, timeout }), back]);
  }
  const done = { sent: 'sent', acked: 'taken over by the server', received: `received by ${receivedBy ?? ''}` }[
    options.wait
  ];
  await output.result(
    { type: 'sent', id, to, stage: options.wait, receivedBy, url, ...(subject && { [subject.relation]: subject.id }) },
    `${url === undefined ? '' : `${url}\n`}${done}`,
  );
}

type Outgoing = OutgoingMessage & { readonly body: string; readonly payloads: readonly Element[] };

/** Sends a message, or what it does to another one. */
function sendAbout({ client }: Online, message: Outgoing, subject?: Subject): ReturnType<typeof sendMessage> {
  if (subject === undefined) return sendMessage(client, message);
  const { relation, id, author, text = '' } = subject;
  const { body, payloads, ...rest } = message;
  switch (relation) {
    case 'correct':
      return sendCorrection(client, { ...message, corrects: id });
    case 'retract':
      return sendRetraction(client, { ...rest, payloads, retracts: id });
    case 'reactTo': {
      const about = [reactions.encode({ id, reactions: emojisIn(body) }), hint.encode('store')];
      return sendMessage(client, { ...rest, payloads: [...payloads, ...about] });
    }
    case 'replyTo': {
      const about = [reply.encode({ id, ...(author !== undefined && { to: parseJid(author) }) })];
      if (text === '') return sendMessage(client, { ...message, payloads: [...payloads, ...about] });
      const quoted = quoteFallback({ text }, body);
      about.push(fallback.encode(quoted.fallback));
      return sendMessage(client, { ...rest, body: quoted.body, payloads: [...payloads, ...about] });
    }
  }
}

/** The emoji of a text, each once. */
function emojisIn(text = ''): string[] {
  const emojis = text.split(/\s+/).filter((emoji) => emoji !== '');
  const wrong = emojis.find((emoji) => !isEmoji(emoji));
  if (wrong !== undefined) throw new UsageError(`“${wrong.slice(0, 20)}” is no emoji: people react with emoji alone`);
  return [...new Set(emojis)];
}

/** All of standard input as text, without the line feed that programs end with. */
async function readText({ input, signal }: CommandContext<SendOptions>): Promise<string> {
  const bytes = await raceSignal(buffer(input), signal);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch (error) {
    throw new DataError('standard input is not UTF-8', { cause: error });
  }
}
