import { XmlError, type XmlCondition } from './errors.ts';

/** A place in the input: both counted from 1, the column in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where every input begins. */
export const startPosition: Position = { line: 1, column: 1 };

/** The place after `text` that begins at `from`. A line ends with LF, as in XML 1.0 §2.11 after normalisation. */
export function advance(from: Position, text: string): Position {
  let newline = text.indexOf('\n');
  if (newline === -1) return { line: from.line, column: from.column + text.length };
  let { line } = from;
  let last = newline;
  for (; newline !== -1; newline = text.indexOf('\n', newline + 1)) {
    line++;
    last = newline;
  }
  return { line, column: text.length - last };
}

/** Refuses the input: the fault is at `offset` in `text`, which begins at `origin`. */
export function fail(text: string, offset: number, origin: Position, condition: XmlCondition, message: string): never {
  const { line, column } = advance(origin, text.slice(0, offset));
  throw new XmlError(condition, message, { line, column });
}
