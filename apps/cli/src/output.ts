/** What a command writes: results to standard output, everything about the doing to standard error. */
import type { Writable } from 'node:stream';
import { failureOf, OutputClosedError } from './failure.ts';
import { render } from './terminal-text.ts';
import type { Line } from './terminal-text.ts';
import { visible } from './visible.ts';

/** Where a command writes. */
export interface Output {
  /** Whether `--json` was given: results are JSON Lines. */
  readonly json: boolean;
  /** Whether people look at standard output. */
  readonly terminal: boolean;
  /** Bits of colour that may be used; 1: neither colours nor styles. */
  readonly depth: number;
  /** Standard output, for what reads lines from a terminal. */
  readonly stdout: TerminalStream;
  /**
   * One result: with `--json` the record as a line, otherwise the text. Control characters in the text are made
   * visible: it may hold what strangers wrote. Resolves when more may be written.
   */
  result(record: object, text: string | (() => string)): Promise<void>;
  /** One result, as `result`; the text has styles, which a terminal shows. */
  styled(record: object, lines: () => readonly Line[]): Promise<void>;
  /** Text to standard output as it is. Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** A line for people on standard error; nothing with `--json`. */
  note(text: string): void;
  /** An error that does not end the command, on standard error: as the one that does is told. */
  problem(error: unknown): void;
  /** A progress bar on standard error, if that is a terminal. */
  progress(label: string, total?: number): Progress;
}

/** What takes long. */
export interface Progress {
  /** So much is done, in the unit of `total`. */
  update(done: number, total?: number): void;
  /** Takes the bar away. */
  end(): void;
}

/** A stream that may be a terminal. */
export type TerminalStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?(env?: object): number;
};

/** What an output writes to. */
export interface OutputStreams {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  /** Says whether colours are wanted: `NO_COLOR`, `TERM`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Makes the output of a command. */
export function createOutput({ stdout, stderr, environment = {} }: OutputStreams, json: boolean): Output {
  const write = (text: string): Promise<void> => writeTo(stdout, text);
  const depth = json ? 1 : colorDepth(stdout, environment);
  return {
    json,
    terminal: stdout.isTTY === true,
    depth,
    stdout,
    write,
    styled: (record, lines) => write(json ? jsonLine(record) : render(lines(), depth)),
    problem: (error) => stderr.write(errorText(error, json)),
    result: (record, text) => write(json ? jsonLine(record) : `${visible(typeof text === 'string' ? text : text())}\n`),
    note(text) {
      if (!json) stderr.write(`${visible(text)}\n`);
    },
    progress: (label, total) => (stderr.isTTY === true && !json ? progressBar(stderr, label, total) : noProgress),
  };
}

/** A value as a line of JSON. Control characters that JSON lets through are escaped, for who looks at it in a terminal. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value).replace(/[\x7f-\x9f]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)}\n`;
}

/** An error as it is told on standard error: `xeps: …`, or with `--json` the line `{"error":{"code","message","condition"?}}`. */
export function errorText(error: unknown, json: boolean): string {
  const { code, message, condition } = failureOf(error);
  return json ? jsonLine({ error: { code, message, condition } }) : `xeps: ${visible(message)}\n`;
}

/** https://no-color.org: set, and not empty, it forbids them. */
function colorDepth(stdout: TerminalStream, environment: NonNullable<OutputStreams['environment']>): number {
  if (stdout.isTTY !== true || (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb') return 1;
  return stdout.getColorDepth?.(environment) ?? 4;
}

/** Writes, and waits until the stream takes more. Rejects with `OutputClosedError` when nobody reads any more. */
export function writeTo(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === undefined || error === null) resolve();
      else reject(isClosed(error) ? new OutputClosedError('standard output is closed', { cause: error }) : error);
    });
  });
}

/** Whether a stream's error says that its reader has gone. */
export function isClosed(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return (
    code === 'EPIPE' ||
    code === 'ERR_STREAM_DESTROYED' ||
    code === 'ERR_STREAM_WRITE_AFTER_END' ||
    code === 'ECONNRESET'
  );
}

const noProgress: Progress = { update: () => undefined, end: () => undefined };

function progressBar(stderr: TerminalStream, label: string, total?: number): Progress {
  let shown = -Infinity;
  return {
    update(done, of = total) {
      const now = performance.now();
      // Ten times a second is enough for eyes.
      if (now - shown < 100 && done !== of) return;
      shown = now;
      // Terminals that don't know their width say 0.
      stderr.write(`\r\x1b[K${progressLine(visible(label), done, of, stderr.columns || 80)}`);
    },
    end: () => void stderr.write('\r\x1b[K'),
  };
}

/** The line that a progress bar shows, no wider than the terminal. */
export function progressLine(label: string, done: number, total: number | undefined, columns: number): string {
  if (total === undefined || total <= 0) return `${label} ${done}`.slice(0, columns - 1);
  const share = Math.min(1, Math.max(0, done / total));
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const width = Math.max(0, Math.min(40, columns - label.length - percent.length - 5));
  const full = Math.round(share * width);
  return `${label} [${'#'.repeat(full)}${'-'.repeat(width - full)}] ${percent}`.slice(0, columns - 1);
}
