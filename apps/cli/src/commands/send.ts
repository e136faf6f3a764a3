import { buffer } from 'node:stream/consumers';
import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { Option } from 'commander';
import { sendMessage } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { receiptRequest, waitForReceipt } from '@xeps/xep-0184';
import { sendPing } from '@xeps/xep-0199';
import { accountOptions, address, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { DataError, UsageError } from '../failure.ts';
import { online, raceSignal, within } from '../online.ts';
import type { ConnectOptions, Online } from '../online.ts';
import { openFile, upload } from '../upload.ts';
import type { LocalFile } from '../upload.ts';

const stages = ['sent', 'acked', 'received'] as const;

interface SendOptions extends ConnectOptions {
  readonly file?: string;
  readonly wait: (typeof stages)[number];
}

/** `xeps send`: a message, or a file. */
export const send = defineCommand<SendOptions>({
  name: 'send',
  summary: 'Send a message or a file',
  description: [
    'The text is an argument, or with - standard input to its end. A file is uploaded (XEP-0363), and its address sent.',
    '--wait says when it is done: sent (written to the connection), acked (taken over by the server; the default), or received ' +
      '(a device of the recipient has confirmed it, XEP-0184). A message that comes back ends with exit code 4.',
    'With --json: {"type":"sent","id","to","stage":"sent"|"acked"|"received","receivedBy"?,"url"?}',
  ],
  examples: [
    ['xeps send juliet@example.org "Hello there"', 'send a text'],
    ['date | xeps send juliet@example.org -', 'send what another program writes'],
    ['xeps send juliet@example.org --file cat.jpg', 'send a file'],
    [
      'xeps send juliet@example.org Hello --wait received --timeout 10',
      'until it has arrived, for ten seconds at most',
    ],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<address>', 'to whom', address)
          .argument('[text]', 'what to say; - reads standard input')
          .option('--file <file>', 'upload this file and send its address')
          .addOption(new Option('--wait <stage>', 'when it is done').choices(stages).default('acked')),
      ),
    ),
  async run(context) {
    const { args, options } = context;
    const [, argument] = args;
    if (argument === undefined && options.file === undefined)
      throw new UsageError('nothing to send: give a text, - for standard input, or --file');
    const text = argument === '-' ? await readText(context) : argument;
    if (text === '') throw new UsageError('nothing to send: the text is empty');
    const file = options.file === undefined ? undefined : await openFile(options.file);
    await online(context, (connection) => sendAll(context, connection, text, file));
  },
});

async function sendAll(
  context: CommandContext<SendOptions>,
  connection: Online,
  text: string | undefined,
  file: LocalFile | undefined,
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
  const { delivery } = await sendMessage(client, { id, to, body, payloads });

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
    { type: 'sent', id, to, stage: options.wait, receivedBy, url },
    `${url === undefined ? '' : `${url}\n`}${done}`,
  );
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
