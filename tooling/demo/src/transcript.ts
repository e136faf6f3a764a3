/** What people see of the demo. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Lines for people, coloured on a terminal. */
export interface Transcript {
  /** A part of the story begins. */
  heading(text: string): void;
  /** A plain line. */
  note(text: string): void;
}

/** Writes a transcript to a stream. */
export function createTranscript(stream: Writable): Transcript {
  const line = (text: string): void => void stream.write(`${text}\n`);
  return {
    // `styleText` asks the stream whether it is a terminal, and NO_COLOR.
    heading: (text) => line(`\n${styleText('bold', text, { stream })}`),
    note: line,
  };
}
