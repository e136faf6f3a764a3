import { createStreamParser, serialize, XmlError } from '@xeps/core/xml';
import { NS_CLIENT, TimeoutError } from '@xeps/core';
import type { Delivery, Element } from '@xeps/core';
import type { Client } from '@xeps/client';
import { isStanzaKind } from '@xeps/stream';
import { accountOptions, count, seconds } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { DataError } from '../failure.ts';
import { online, usualTimeout } from '../online.ts';
import type { ConnectOptions } from '../online.ts';

interface RawOptions extends ConnectOptions {
  readonly wait: number;
  readonly count?: number;
}

/** `xeps raw`: stanzas out, stanzas in. */
export const raw = defineCommand<RawOptions>({
  name: 'raw',
  summary: 'Send stanzas from standard input and write what comes in',
  description: [
    'Every stanza that comes in is written as one line of XML, until standard input has ended and a second more has passed ' +
      '(--wait), or so many have come (--count). A stanza without a namespace is jabber:client. Nothing else is sent for ' +
      'you: no presence, so that no messages come in before you send one. Requests that you do not answer yourself are ' +
      'answered service-unavailable; pings, questions for features and for the version are answered.',
    'With --json, for each: {"type":"stanza","xml"}',
  ],
  examples: [
    [`echo "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>" | xeps raw`, 'one request and its answer'],
    ['echo "<presence/>" | xeps raw --wait 60 | xeps decode', 'what comes in within a minute, decoded'],
    ['xeps raw < stanzas.xml --count 3 --timeout 10', 'until three have come, for ten seconds at most'],
  ],
  setup: (command) =>
    accountOptions(command)
      .option('--wait <seconds>', 'how long to stay after the end of standard input', seconds, 1)
      .option('--count <n>', 'end when so many stanzas have come in', count)
      .option('--timeout <seconds>', 'end after so many seconds; too few stanzas by then is an error', seconds),
  async run(context) {
    const { options, output } = context;
    const { promise: enough, resolve: isEnough } = Promise.withResolvers<void>();
    let written = Promise.resolve();
    let came = 0;
    const received = (stanza: Element): void => {
      came += 1;
      if (options.count !== undefined && came > options.count) return;
      const xml = serialize(stanza);
      written = written.then(() => output.result({ type: 'stanza', xml }, xml.replace(/\r?\n/g, '&#10;')));
      // Told to whoever waits for the end.
      written.catch(() => undefined);
      if (came === options.count) isEnough();
    };
    await online(
      context,
      async ({ client, signal }) => {
        const over = async (): Promise<void> => {
          await sendAll(client, context);
          await (options.count === undefined
            ? delay(options.wait * 1_000, signal)
            : new Promise<never>(() => undefined));
        };
        const timeUp = options.timeout === undefined ? [] : [timeout(options.timeout, options.count, signal)];
        await Promise.race([over(), enough, ...timeUp]);
        await written;
      },
      // The stream's own view: answers that the session expects or refuses are shown too.
      { modules: () => [{ name: 'tap', received }], timeout: usualTimeout },
    );
  },
});

async function timeout(limit: number, wanted: number | undefined, signal: AbortSignal): Promise<void> {
  await delay(limit * 1_000, signal);
  if (wanted !== undefined) throw new TimeoutError(`fewer than ${wanted} stanzas came within ${limit} s`);
}

/** Resolves after so many milliseconds, or when the signal aborts. */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Sends every stanza of standard input; resolves when the server has taken all of them. */
async function sendAll(client: Client, { input }: CommandContext<RawOptions>): Promise<void> {
  let read: Element[] = [];
  const parser = createStreamParser(
    { onElement: (element) => read.push(element), onOpen: () => undefined, onClose: () => undefined },
    { fragments: true, xmlns: NS_CLIENT },
  );
  let last: Delivery | undefined;
  const sendRead = async (): Promise<void> => {
    const stanzas = read;
    read = [];
    for (const stanza of stanzas) {
      if (!isStanzaKind(stanza.name) || stanza.getNS() !== NS_CLIENT)
        throw new DataError(
          `<${stanza.name} xmlns='${stanza.getNS()}'/> is no stanza: message, presence or iq of ${NS_CLIENT}`,
        );
      last = await client.send(stanza);
    }
  };
  try {
    for await (const chunk of input) {
      try {
        parser.write(chunk as Uint8Array);
      } finally {
        // What came before a fault is sent.
        await sendRead();
      }
    }
    parser.end();
  } catch (error) {
    throw error instanceof XmlError ? new DataError(`standard input: ${error.message}`, { cause: error }) : error;
  }
  await last?.acked;
}
