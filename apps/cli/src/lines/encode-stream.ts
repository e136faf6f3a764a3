/** From lines to stanzas, as they come in. */
import { NS_CLIENT } from '@xeps/core';
import type { Json } from '@xeps/core/schema';
import { serialize } from '@xeps/core/xml';
import { DataError } from '../failure.ts';
import { untilAborted } from './decode-stream.ts';
import type { StreamOptions } from './decode-stream.ts';
import { encodeLine } from './encode-line.ts';

/** Characters of one line: eight times the largest stanza that decode takes. */
const maxLine = 64 * 1024 * 1024;

/**
 * The stanzas of the lines in `input`, each on a line of its own. Throws `DataError` with the number of the first line
 * that is wrong, after everything before it was given. Empty lines are passed over.
 */
export async function* encodeStream(
  input: AsyncIterable<Uint8Array | string>,
  options: StreamOptions = {},
): AsyncGenerator<string> {
  let number = 0;
  for await (const line of linesOf(input, options)) {
    number++;
    if (line.trim() !== '') yield encodeText(line, number);
  }
}

function encodeText(line: string, number: number): string {
  try {
    return `${serialize(encodeLine(JSON.parse(line) as Json), { xmlns: NS_CLIENT })}\n`;
  } catch (error) {
    const what =
      error instanceof SyntaxError
        ? `not JSON: ${error.message}`
        : error instanceof Error
          ? error.message
          : String(error);
    throw new DataError(`line ${number}: ${what}`, { cause: error });
  }
}

async function* linesOf(input: AsyncIterable<Uint8Array | string>, { signal }: StreamOptions): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 1;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw new DataError(`line ${number} or after it: bytes that are not UTF-8`, { cause });
    }
  };
  // A long line comes in many pieces, which are joined once.
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of untilAborted(input, signal)) {
    const [first = '', ...more] = (typeof chunk === 'string' ? chunk : decode(chunk)).split('\n');
    pieces.push(first);
    length += first.length;
    for (const next of more) {
      yield pieces.join('');
      number++;
      pieces = [next];
      ({ length } = next);
    }
    if (length > maxLine) throw new DataError(`line ${number}: longer than ${maxLine} characters`);
  }
  decode();
  const last = pieces.join('');
  if (last !== '') yield last;
}
