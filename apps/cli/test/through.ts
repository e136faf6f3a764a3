/** Texts through decode and encode. */
import { decodeStream } from '../src/lines/decode-stream.ts';
import { encodeStream } from '../src/lines/encode-stream.ts';

type Piece = string | Uint8Array;

async function joined(parts: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of parts) all += part;
  return all;
}

async function* pieces(all: readonly Piece[]): AsyncGenerator<Piece> {
  yield* all;
}

/** Stanzas, in so many pieces, as lines. */
export function decode(...xml: readonly Piece[]): Promise<string> {
  return joined(decodeStream(pieces(xml)));
}

/** Lines, in so many pieces, as stanzas. */
export function encode(...lines: readonly Piece[]): Promise<string> {
  return joined(encodeStream(pieces(lines)));
}
