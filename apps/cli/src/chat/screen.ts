/** Where a chat is shown and typed: a terminal with a line to type on, or a pipe. */
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Output } from '../output.ts';
import { render } from '../terminal-text.ts';
import type { Line } from '../terminal-text.ts';
import { completeInput } from './input-line.ts';

/** See the file's head. */
export interface Screen {
  /** Somebody types here, and sees a prompt. */
  readonly interactive: boolean;
  /** Shows lines, above what is being typed. Resolves when more may be shown. */
  print(lines: readonly Line[]): Promise<void>;
  /** What stands before what is being typed. */
  setPrompt(prompt: Line): void;
  /** The lines that are typed, or come in, until their end. To be read once. */
  readonly lines: AsyncIterable<string>;
  /** Calls back with what stands on the line, whenever something is typed. */
  onTyping(listener: (line: string) => void): void;
  close(): void;
}

/** Opens it. A terminal has it when it is one on both sides. */
export function openScreen(input: Readable & { readonly isTTY?: boolean }, output: Output): Screen {
  return input.isTTY === true && output.terminal && !output.json
    ? terminalScreen(input, output)
    : pipeScreen(input, output);
}

function pipeScreen(input: Readable, output: Output): Screen {
  const reader = createInterface({ input, crlfDelay: Infinity });
  const lines = linesOf(reader);
  return {
    interactive: false,
    print: (text) => output.write(render(text, output.depth)),
    setPrompt: () => undefined,
    lines,
    onTyping: () => undefined,
    close: () => reader.close(),
  };
}

function terminalScreen(input: Readable, output: Output): Screen {
  const { stdout, depth } = output;
  const reader: Interface & { prevRows?: number } = createInterface({
    input,
    output: stdout,
    terminal: true,
    historySize: 200,
    removeHistoryDuplicates: true,
    completer: completeInput,
  });
  const lines = linesOf(reader);
  /** Rows that the line takes that is being entered: what it becomes is shown instead of it. */
  let entered = 0;
  let shown = '';
  let closed = false;

  // Before the reader ends the line.
  input.prependListener('keypress', (_text: string | undefined, key?: { readonly name?: string }) => {
    if (key?.name === 'return' || key?.name === 'enter') entered = reader.getCursorPos().rows + 1;
  });
  reader.on('line', () => {
    stdout.write(`\x1b[${entered}A\r\x1b[J`);
    reader.prompt();
  });
  // As without a terminal in between: the program ends in order. A half-typed line is thrown away first.
  reader.on('SIGINT', () => {
    if (reader.line === '') process.kill(process.pid, 'SIGINT');
    else {
      reader.write(null, { ctrl: true, name: 'e' });
      reader.write(null, { ctrl: true, name: 'u' });
    }
  });
  reader.on('close', () => {
    closed = true;
    stdout.write('\r\x1b[J');
  });

  return {
    interactive: true,
    async print(printed) {
      const text = render(printed, depth);
      if (closed) return output.write(text);
      const { rows } = reader.getCursorPos();
      const written = output.write(`${rows > 0 ? `\x1b[${rows}A` : ''}\r\x1b[J${text}`);
      // It would go up itself, before it shows what is being typed.
      reader.prevRows = 0;
      // At once: what is typed meanwhile would stand in the wrong place.
      reader.prompt(true);
      await written;
    },
    setPrompt(prompt) {
      const text = render([prompt], depth).trimEnd();
      if (closed || text === shown) return;
      shown = text;
      // After a line was pasted the reader does not know how many rows it has.
      reader.prevRows = reader.getCursorPos().rows;
      // Its length is counted without the styles.
      reader.setPrompt(`${text} `);
      reader.prompt(true);
    },
    lines,
    onTyping(listener) {
      input.on('keypress', () => {
        if (!closed) listener(reader.line);
      });
    },
    close: () => reader.close(),
  };
}

/** The lines from now on, for when somebody asks. */
function linesOf(reader: Interface): AsyncIterable<string> {
  const waiting: string[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  reader.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  reader.on('close', () => {
    ended = true;
    wake();
  });
  async function* read(): AsyncGenerator<string> {
    for (;;) {
      const line = waiting.shift();
      if (line !== undefined) yield line;
      else if (ended) return;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  return read();
}
