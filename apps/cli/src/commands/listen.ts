import { TimeoutError, whenOnline } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Client } from '@xeps/client';
import { sendPresence } from '@xeps/rfc-6121';
import { receipts } from '@xeps/xep-0184';
import { delayOf } from '@xeps/xep-0203';
import { carbons } from '@xeps/xep-0280';
import type { AccountMessage } from '@xeps/xep-0280';
import { stanzaIdsBy } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { accountOptions, address, count, seconds } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { messageLine, messageText } from '../message-line.ts';
import { online, usualTimeout } from '../online.ts';
import type { ConnectOptions } from '../online.ts';

interface ListenOptions extends ConnectOptions {
  readonly from?: string;
  readonly count?: number;
  /** `false` with `--no-receipts`. */
  readonly receipts: boolean;
}

/** `xeps listen`: messages as they come. */
export const listen = defineCommand<ListenOptions>({
  name: 'listen',
  summary: 'Write messages as they come in',
  description: [
    "The account becomes available, so that messages come here, also those that waited; copies of other devices' messages " +
      '(XEP-0280) come too. Only messages that say something to people are written. Who asks for a receipt (XEP-0184) ' +
      'gets it, and so learns that somebody listens here: --no-receipts keeps that to yourself.',
    'With --json, for each: {"type":"message","direction":"received"|"sent","carbon"?:true,"at","delayed"?:true,"stanzaId"?,"id"?,' +
      '"from","to","messageType","subject"?,"body"?,"thread"?,"url"?}',
  ],
  examples: [
    ['xeps listen', 'until Ctrl-C'],
    ['xeps listen --from juliet@example.org --count 1 --timeout 60', 'wait for an answer, for a minute at most'],
    [`xeps listen --json | jq -r .body`, 'for a bot'],
  ],
  setup: (command) =>
    accountOptions(command)
      .option('--from <address>', 'only messages from there; an account stands for all its devices', address)
      .option('--count <n>', 'end after so many messages', count)
      .option(
        '--timeout <seconds>',
        'end after so many seconds; with --count too few messages by then is an error',
        seconds,
      )
      .option('--no-receipts', 'confirm nothing'),
  async run(context) {
    const { options, output } = context;
    const inbox = createInbox(context);
    await online(
      context,
      async ({ client, signal }) => {
        output.note(`listening as ${String(client.jid)}`);
        const timer =
          options.timeout === undefined
            ? undefined
            : setTimeout(() => inbox.timeUp(options.timeout!), options.timeout * 1_000);
        signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
        await inbox.done.finally(() => clearTimeout(timer));
        // The receipt of the last message is on its way when this turn ends.
        await new Promise((resolve) => setImmediate(resolve));
      },
      { prepare: (client) => inbox.attach(client), timeout: usualTimeout },
    );
  },
});

interface Inbox {
  /** Resolves when as many messages were written as were asked for, or when the time was up. */
  readonly done: Promise<void>;
  attach(client: Client): void;
  timeUp(seconds: number): void;
}

function createInbox({ options, output }: CommandContext<ListenOptions>): Inbox {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const wanted = options.from === undefined ? undefined : tryParseJid(options.from);
  let ids: Promise<StanzaIdReader | undefined> = Promise.resolve(undefined);
  let queue = Promise.resolve();
  let written = 0;

  /** Writes a message's line; whether it has one. */
  async function write(
    client: Client,
    { stanza, direction, copied, delay }: AccountMessage,
    came: Date,
  ): Promise<boolean> {
    const waited = delayOf(client, stanza);
    const reader = await ids;
    const line = messageLine(stanza, {
      own: client.jid,
      direction,
      carbon: copied,
      at: waited?.stamp ?? delay?.stamp ?? came,
      delayed: waited !== undefined,
      stanzaId: reader?.of(stanza),
    });
    if (line === undefined || written === options.count) return false;
    await output.result(line, () => messageText(line));
    written += 1;
    if (written === options.count) resolve();
    return true;
  }

  return {
    done,
    attach(client) {
      const lines = new WeakMap<Element, Promise<boolean>>();
      client.use(carbons).on('message', (message) => {
        if (wanted !== undefined && !isFrom(message.stanza, wanted)) return;
        const came = new Date();
        // One after the other: the ids may still have to be asked about.
        const line = queue.then(() => write(client, message, came));
        queue = line.then(() => undefined, reject);
        lines.set(message.stanza, line);
      });
      // A receipt says that the message is here, which is so when its line was written.
      if (options.receipts) client.use(receipts).setPolicy((_, message) => lines.get(message) ?? false);
      whenOnline(client, () => {
        ids = stanzaIdsBy(client, { signal: client.signal }).catch(() => undefined);
        // After carbons were asked for: no message falls between.
        sendPresence(client).catch(() => undefined);
      });
    },
    timeUp(limit) {
      if (options.count === undefined) void queue.then(resolve);
      else reject(new TimeoutError(`${written} of ${options.count} messages came within ${limit} s`));
    },
  };
}

/** Whether a message is from an address, or from a device of it. */
function isFrom(stanza: Element, wanted: Jid): boolean {
  const from = tryParseJid(String(stanza.attrs['from'] ?? ''), { lenient: true });
  return from !== undefined && (wanted.resource === undefined ? from.bare() : from).equals(wanted);
}
