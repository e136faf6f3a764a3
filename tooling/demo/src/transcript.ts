/** What people see of the demo. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** Who speaks or does something. */
export type Device = string;

/** Lines for people, coloured on a terminal. */
export interface Transcript {
  /** A part of the story begins. */
  heading(text: string): void;
  /** A device says something to somebody. */
  says(device: Device, text: string): void;
  /** What happened on a device because of it. */
  sees(device: Device, text: string): void;
  /** What another program wrote. */
  quotes(command: string, output: string): void;
  /** A plain line. */
  note(text: string): void;
}

/** Writes a transcript to a stream. */
export function createTranscript(stream: Writable): Transcript {
  // `styleText` asks the stream whether it is a terminal, and NO_COLOR.
  const styled = (format: 'bold' | 'cyan' | 'dim' | 'green', text: string): string =>
    styleText(format, text, { stream });
  const line = (text = ''): void => void stream.write(`${text}\n`);
  return {
    heading: (text) => line(`\n${styled('bold', text)}`),
    says: (device, text) => line(`  ${styled('cyan', device.padEnd(16))} ${text}`),
    sees: (device, text) => line(`    ${styled('dim', `${device.padEnd(14)} ${text}`)}`),
    quotes(command, output) {
      line(`  ${styled('green', `$ ${command}`)}`);
      for (const text of output.trimEnd().split('\n')) line(`    ${text}`);
    },
    note: line,
  };
}
