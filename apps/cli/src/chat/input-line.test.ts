import { expect, it } from 'vitest';
import { UsageError } from '../failure.ts';
import { chatCommands, completeInput, firstWord, helpLines, readInputLine } from './input-line.ts';

it.each([
  ['hello', { kind: 'message', text: 'hello' }],
  [' /not a command', { kind: 'message', text: ' /not a command' }],
  ['//etc/passwd', { kind: 'message', text: '/etc/passwd' }],
  ['/me  climbs', { kind: 'message', text: '/me climbs' }],
  ['/me', { kind: 'command', name: 'me', argument: '' }],
  ['/edit  7 Wherefore  art', { kind: 'command', name: 'edit', argument: '7 Wherefore  art' }],
  ['/quit ', { kind: 'command', name: 'quit', argument: '' }],
  ['', undefined],
  ['  ', undefined],
])('%j', (line, expected) => {
  expect(readInputLine(line)).toEqual(expected);
});

it.each(['/', '/nope', '/constructor', '/Edit x', '/ edit'])(
  '%j is no command, and what to write instead is said',
  (line) => {
    expect(() => readInputLine(line)).toThrow(UsageError);
    expect(() => readInputLine(line)).toThrow('/help');
  },
);

it('splits off the first word', () => {
  expect(firstWord('7  two words')).toEqual(['7', 'two words']);
  expect(firstWord('')).toEqual(['', '']);
});

it('completes commands, and nothing else', () => {
  expect(completeInput('/ret')).toEqual([['/retract ', '/retry '], '/ret']);
  for (const line of ['', 'hello', '/edit x', '/x']) expect(completeInput(line)[0]).toEqual([]);
  for (const name of Object.keys(chatCommands)) expect(helpLines().join('\n')).toContain(`/${name}`);
});
