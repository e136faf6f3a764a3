import { PassThrough, Writable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { createOutput } from '../output.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';

const COLUMNS = 20;

/** A terminal as far as a reader of lines needs one. */
class Terminal extends Writable {
  readonly isTTY = true;
  readonly columns = COLUMNS;
  readonly rows: string[][] = [[]];
  #row = 0;
  #column = 0;

  getColorDepth(): number {
    return 1;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // oxlint-disable-next-line no-control-regex
    for (const [piece, digits, command] of String(chunk).matchAll(/\x1b\[(\d*)([A-Z])|[^]/g)) {
      if (command === undefined) this.#put(piece);
      else this.#steer(command, Number(digits || (command === 'J' ? 0 : 1)));
    }
    done();
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#down();
    else {
      if (this.#column === COLUMNS) {
        this.#down();
      }
      this.rows[this.#row]![this.#column++] = character;
    }
  }

  #down(): void {
    // As terminals are set: a line feed goes to the beginning of the line too.
    this.#column = 0;
    this.#row += 1;
    this.rows[this.#row] ??= [];
  }

  #steer(command: string, count: number): void {
    if (command === 'A') this.#row = Math.max(0, this.#row - count);
    else if (command === 'G') this.#column = count - 1;
    else if (command === 'J') {
      this.rows[this.#row]!.length = this.#column;
      this.rows.length = this.#row + 1;
    } else throw new Error(`no terminal knows ${command}`);
  }

  get text(): string {
    return this.rows
      .map((row) =>
        Array.from(row, (character) => character ?? ' ')
          .join('')
          .trimEnd(),
      )
      .join('\n');
  }
}

const opened: Screen[] = [];
afterEach(() => opened.splice(0).forEach((screen) => screen.close()));

function open(): { terminal: Terminal; keys: PassThrough; screen: Screen } {
  const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const terminal = new Terminal();
  const screen = openScreen(keys, createOutput({ stdout: terminal, stderr: terminal }, false));
  opened.push(screen);
  screen.setPrompt([{ text: '>' }]);
  return { terminal, keys, screen };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

it('shows lines above what is being typed', async () => {
  const { terminal, keys, screen } = open();
  keys.write('half');
  await turn();
  await screen.print([[{ text: 'Romeo: hi' }]]);
  expect(terminal.text).toBe('Romeo: hi\n> half');
  keys.write(' typed');
  await turn();
  await screen.print([[{ text: 'Romeo: a line longer than the terminal' }], [{ text: 'and another' }]]);
  expect(terminal.text).toBe('Romeo: hi\nRomeo: a line longer\n than the terminal\nand another\n> half typed');
});

it.each([
  ['typed', (text: string) => [...text]],
  ['pasted', (text: string) => [text]],
])('what is %s may need several rows', async (_how, pieces) => {
  const { terminal, keys, screen } = open();
  for (const piece of pieces('a line that is longer than two rows are here')) keys.write(piece);
  await turn();
  await screen.print([[{ text: 'Romeo: hi' }]]);
  const typed = '> a line that is lon\nger than two rows ar\ne here';
  expect(terminal.text).toBe(`Romeo: hi\n${typed}`);
  screen.setPrompt([{ text: '✓ >' }]);
  await screen.print([[{ text: 'Romeo: there' }]]);
  expect(terminal.text).toBe('Romeo: hi\nRomeo: there\n✓ > a line that is l\nonger than two rows\nare here');
});

it('what was entered is gone from the screen, and comes as a line', async () => {
  const { terminal, keys, screen } = open();
  await screen.print([[{ text: 'Romeo: hi' }]]);
  keys.write('a line that is longer than a row\r');
  keys.write('second\r');
  await turn();
  expect(terminal.text).toBe('Romeo: hi\n>');
  const lines: string[] = [];
  keys.write('\x04');
  for await (const line of screen.lines) lines.push(line);
  expect(lines).toEqual(['a line that is longer than a row', 'second']);
});

it('completes commands', async () => {
  const { terminal, keys } = open();
  keys.write('/ol');
  await turn();
  keys.write('\t');
  await turn();
  expect(terminal.text).toBe('> /older');
});

it('tells what stands on the line', async () => {
  const { keys, screen } = open();
  const seen: string[] = [];
  screen.onTyping((line) => seen.push(line));
  keys.write('hi');
  await turn();
  keys.write('\r');
  await turn();
  expect(seen).toEqual(['h', 'hi', '']);
});

it('a pipe has no prompt, and its lines are not lost before somebody asks', async () => {
  const input = new PassThrough();
  const stdout = new PassThrough();
  const screen = openScreen(input, createOutput({ stdout, stderr: stdout }, false));
  input.end('one\r\ntwo');
  await turn();
  screen.setPrompt([{ text: '>' }]);
  await screen.print([[{ text: 'hi', styles: ['bold'] }]]);
  const lines: string[] = [];
  for await (const line of screen.lines) lines.push(line);
  expect([screen.interactive, lines, String(stdout.read())]).toEqual([false, ['one', 'two'], 'hi\n']);
});
