/** From bytes to lines, as they come in. */
import { NS_CLIENT } from '@xeps/core';
import { createStreamParser } from '@xeps/core/xml';
import { jsonLine } from '../output.ts';
import { commentFilter } from './comments.ts';
import { decodeLine } from './decode-line.ts';

/** How a stream is read. */
export interface StreamOptions {
  /** Ends the reading; what waits for input rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lines of the elements in `input`, as soon as an element is complete. Throws `XmlError` at the first fault, after
 * everything before it was given.
 */
export async function* decodeStream(
  input: AsyncIterable<Uint8Array | string>,
  options: StreamOptions = {},
): AsyncGenerator<string> {
  let lines: string[] = [];
  const parser = createStreamParser(
    {
      onElement: (element) => void lines.push(jsonLine(decodeLine(element))),
      onOpen: () => undefined,
      onClose: () => undefined,
    },
    { fragments: true, xmlns: NS_CLIENT, prefixes: streamPrefix },
  );
  // Comments are ASCII, as is all markup: they are found in bytes, before anybody asks what characters these are.
  const comments = commentFilter();
  const write = (text: string): void => parser.write(Buffer.from(text, 'latin1'));
  const attempt = (work: () => void): unknown => {
    try {
      work();
      return undefined;
    } catch (error) {
      return error ?? new Error('the parser gave up');
    }
  };
  for await (const chunk of untilAborted(input, options.signal)) {
    const fault = attempt(() => write(comments.push(Buffer.from(chunk).toString('latin1'))));
    if (lines.length > 0) yield lines.join('');
    lines = [];
    if (fault !== undefined) throw fault;
  }
  const fault = attempt(() => {
    write(comments.end());
    parser.end();
  });
  if (lines.length > 0) yield lines.join('');
  if (fault !== undefined) throw fault;
}

// What a stream's header declares (RFC 6120 §4.8.5), so that <stream:features/> can be pasted alone.
const streamPrefix = new Map([['stream', 'http://etherx.jabber.org/streams']]);

/** The pieces of `input` until it ends or the signal is aborted. */
export async function* untilAborted<T>(input: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const pieces = input[Symbol.asyncIterator]();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal?.reason);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort);
  });
  // Nobody may be waiting when it happens.
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await Promise.race([pieces.next(), aborted]);
      if (done === true) return;
      yield value;
    }
  } finally {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
    // An input that is waited for answers only when something comes; nobody waits for that.
    void pieces.return?.()?.catch(() => undefined);
  }
}
