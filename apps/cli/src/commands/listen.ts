import { DisconnectedError, isStanzaError, TimeoutError, whenOnline } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Client } from '@xeps/client';
import { messageInfo, sendPresence } from '@xeps/rfc-6121';
import { receiptRequest, receipts, sendReceipt } from '@xeps/xep-0184';
import { delayOf } from '@xeps/xep-0203';
import { carbons } from '@xeps/xep-0280';
import type { AccountMessage } from '@xeps/xep-0280';
import { stanzaIdsBy } from '@xeps/xep-0359';
import type { StanzaIdReader } from '@xeps/xep-0359';
import { accountOptions, address, count, seconds } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { messageLine, messageText } from '../message-line.ts';
import type { MessageContext } from '../message-line.ts';
import { createMissedMessages, createReadings } from '../missed-messages.ts';
import type { MissedMessages } from '../missed-messages.ts';
import { online, usualTimeout } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { oneLine } from '../text.ts';

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
    'A connection that is lost is made again. What the server does not bring then is read from the archive (XEP-0313): ' +
      'each message is written once. A listen that was killed is gone on with by the next, if that begins within two minutes.',
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
        output.note(`listening as ${String(client.jid)}${inbox.restored ? ', where the last one was cut off' : ''}`);
        const timer =
          options.timeout === undefined
            ? undefined
            : setTimeout(() => inbox.timeUp(options.timeout!), options.timeout * 1_000);
        signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
        await inbox.done.finally(() => clearTimeout(timer));
        // The receipt of the last message is on its way when this turn ends.
        await new Promise((resolve) => setImmediate(resolve));
      },
      { prepare: ({ client }) => inbox.attach(client), timeout: usualTimeout, store: 'session' },
    );
  },
});

interface Inbox {
  /** Resolves when as many messages were written as were asked for, or when the time was up. */
  readonly done: Promise<void>;
  /** The session is that of a listen that was killed. */
  readonly restored: boolean;
  attach(client: Client): void;
  timeUp(seconds: number): void;
}

function createInbox({ options, output }: CommandContext<ListenOptions>): Inbox {
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const wanted = options.from === undefined ? undefined : tryParseJid(options.from);
  let ids: Promise<StanzaIdReader | undefined> = Promise.resolve(undefined);
  let queue = Promise.resolve();
  let written = 0;
  let restored = false;

  /** Writes a message's line; whether it has one, and had none before. */
  async function write(missed: MissedMessages, stanza: Element, about: MessageContext): Promise<boolean> {
    if (!missed.isNew(stanza, about.stanzaId)) return false;
    if (wanted !== undefined && !isFrom(stanza, wanted)) return false;
    const line = messageLine(stanza, about);
    if (line === undefined || written === options.count) return false;
    await output.result(line, () => messageText(line));
    written += 1;
    if (written === options.count) resolve();
    return true;
  }

  async function writeLive(
    client: Client,
    missed: MissedMessages,
    message: AccountMessage,
    came: Date,
  ): Promise<boolean> {
    const { stanza, direction, copied, delay } = message;
    const waited = delayOf(client, stanza);
    return write(missed, stanza, {
      own: client.jid,
      direction,
      carbon: copied,
      at: waited?.stamp ?? delay?.stamp ?? came,
      delayed: waited !== undefined,
      stanzaId: (await ids)?.of(stanza),
    });
  }

  /** Writes what came between two sessions; whether there was something. `addresses`: this device's, in all sessions. */
  async function writeMissed(client: Client, missed: MissedMessages, addresses: ReadonlySet<string>): Promise<boolean> {
    const own = client.jid.bare();
    let found = false;
    try {
      for await (const { id, time, stanza } of missed.read({ signal: client.signal })) {
        // Rooms are not listened to.
        if (stanza === undefined || stanza.attrs['type'] === 'groupchat') continue;
        const sent = stanza.attrs['from'] === undefined || isFrom(stanza, own);
        const isNew = await write(missed, stanza, {
          own: client.jid,
          direction: sent ? 'sent' : 'received',
          carbon: sent,
          at: time ?? new Date(),
          delayed: true,
          stanzaId: id,
        });
        found ||= isNew;
        // As if it had come by itself.
        if (isNew && !sent && addresses.has(String(stanza.attrs['to'] ?? own)))
          confirm(client, stanza).catch(() => undefined);
      }
    } catch (error) {
      // Lost again: the next session reads it.
      if (error instanceof DisconnectedError || client.signal.aborted) return found;
      if (isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) return found;
      const reason = oneLine(error instanceof Error ? error.message : String(error));
      output.note(`what came while there was no connection can't be read from the archive: ${reason}`);
    }
    return found;
  }

  async function confirm(client: Client, stanza: Element): Promise<void> {
    const { id, from, type } = messageInfo(stanza);
    if (!options.receipts || receiptRequest.safeFind(stanza)?.ok !== true) return;
    if (id !== undefined && id !== '' && from !== undefined) await sendReceipt(client, from, id, type);
  }

  return {
    done,
    get restored() {
      return restored;
    },
    attach(client) {
      const missed = createMissedMessages(client);
      const lines = new WeakMap<Element, Promise<boolean>>();
      const addresses = new Set([String(client.jid.bare())]);
      // One after the other: the ids may still have to be asked about, or the archive.
      const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
        const result = queue.then(task);
        queue = result.then(() => undefined, reject);
        return result;
      };
      client.use(carbons).on('message', (message) => {
        const came = new Date();
        const line = inTurn(() => writeLive(client, missed, message, came));
        lines.set(message.stanza, line);
        // Should this process be killed before it is written, it comes again.
        client.waitUntil(line);
      });
      // A receipt says that the message is here, which is so when its line was written.
      if (options.receipts) client.use(receipts).setPolicy((_, message) => lines.get(message) ?? false);
      const { signal } = client;
      // What fails has failed the queue, and thereby the command.
      const readMissed = (): Promise<boolean> =>
        inTurn(() => writeMissed(client, missed, addresses)).catch(() => false);
      const read = createReadings(client, readMissed, missed.settle);
      let begun = false;
      const begin = (): void => {
        const known = ids;
        ids = stanzaIdsBy(client, { signal }).catch(() => known);
        addresses.add(String(client.jid));
        // After carbons were asked for: no message falls between. Before the archive is: Prosody keeps what waited back
        // from whoever reads the archive first.
        sendPresence(client).catch(() => undefined);
        // Who has no archive, or can't tell where it ends, misses messages by the clock.
        if (!begun) missed.begin({ signal }).catch(() => undefined);
        // What comes from now on waits until it is known what came before.
        if (begun) read();
        begun = true;
      };
      whenOnline(client, begin);
      client.on('resumed', (event) => {
        if (!event.restored) return;
        restored = true;
        begin();
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
