/** What somebody types in a chat: a message, or a command. */
import { UsageError } from '../failure.ts';

/** The commands, with what stands behind them and what they do. */
export const chatCommands = {
  older: ['[n]', 'show older messages (20)'],
  edit: ['[n] TEXT', 'put your last message, or message n, in other words'],
  react: ['[n] EMOJI…', 'react to the last message of the other side, or to message n; without emoji take it back'],
  reply: ['[n] TEXT', 'answer the last message of the other side, or message n'],
  retract: ['[n]', 'take your last message, or message n, back'],
  retry: ['[n]', 'send your last message that failed, or message n, again'],
  show: ['[n]', 'show what the last spoiler, or message n, hides'],
  search: ['TEXT', 'find messages of this conversation'],
  read: ['', 'mark everything read'],
  me: ['TEXT', 'say what you do'],
  help: ['', 'show this'],
  quit: ['', 'end, when everything is sent (also Ctrl-D)'],
} as const satisfies Readonly<Record<string, readonly [syntax: string, meaning: string]>>;

export type ChatCommand = keyof typeof chatCommands;

/** A line that was typed. */
export type InputLine =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly name: ChatCommand; readonly argument: string };

/**
 * Reads a line; `undefined` when there is nothing on it. A message that begins with `/` is written with two of them.
 *
 * @throws UsageError for a command that there is not
 */
export function readInputLine(line: string): InputLine | undefined {
  if (line.trim() === '') return undefined;
  if (!line.startsWith('/')) return { kind: 'message', text: line };
  if (line.startsWith('//')) return { kind: 'message', text: line.slice(1) };
  const [, name = '', argument = ''] = /^\/(\S*)\s*(.*)$/s.exec(line)!;
  // XEP-0245: it is a message, and everybody sees the same.
  if (name === 'me' && argument !== '') return { kind: 'message', text: `/me ${argument}` };
  if (!isCommand(name))
    throw new UsageError(`there is no /${name}: /help shows what there is, and // begins a message with a slash`);
  return { kind: 'command', name, argument: argument.trim() };
}

/** The commands that a line may be the beginning of, for completion. */
export function completeInput(line: string): [completions: string[], of: string] {
  if (!/^\/\S*$/.test(line)) return [[], line];
  const names = Object.keys(chatCommands).map((name) => `/${name} `);
  return [names.filter((name) => name.startsWith(line)), line];
}

/** The first word of what stands behind a command, and the rest. */
export function firstWord(argument: string): readonly [word: string, rest: string] {
  const [, word = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(argument)!;
  return [word, rest];
}

/** What `/help` shows. */
export function helpLines(): string[] {
  const rows = Object.entries(chatCommands).map(([name, [syntax, meaning]]) => [`/${name} ${syntax}`, meaning]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return [
    ...rows.map(([left = '', meaning = '']) => `${left.padEnd(width)}  ${meaning}`),
    'n is the number before a message; -1 is the last, -2 the one before it. // begins a message with a slash.',
    '… waits to be sent, ✓ the server has it, ✓✓ it is on a device, ◉ read, ✗ not delivered; ✂ taken back',
  ];
}

function isCommand(name: string): name is ChatCommand {
  return Object.hasOwn(chatCommands, name);
}
