import { expect, it } from 'vitest';
import { conversation, message, other, own } from '../test/messages.ts';
import { failureLine, messageLines, reactionLine } from './message-view.ts';
import type { ViewContext } from './message-view.ts';
import { render } from './terminal-text.ts';

const view = (more: Partial<ViewContext> = {}): ViewContext => ({
  nameOf: (address) => (address === own ? 'you' : 'Romeo'),
  colorOf: () => '#808080',
  now: new Date('2026-05-04T12:00:00Z'),
  ...more,
});

/** Without times, which are those of this machine's time zone. */
function shown(key: string, more?: Partial<ViewContext>): string {
  const one = conversation.find((each) => each.key === key)!;
  const answered = conversation.find(({ id }) => id === one.replyTo);
  return render(messageLines(one, view({ number: 7, answered, ...more })), 1).replace(
    /\d{4}-\d\d-\d\d \d\d:\d\d/,
    'TIME',
  );
}

it('shows state, reactions, answers, edits, actions, files, spoilers and what was taken back', () => {
  expect(shown('q')).toBe('7 TIME ◉ you: Wherefore art thou *Romeo*?\n    Romeo 👋 ❤️, you 🌹\n');
  expect(shown('a')).toBe(
    '7 TIME Romeo (edited):\n    ↳ you: Wherefore art thou *Romeo*?\n    > art thou?\n' +
      '    Here: https://example.net/(me).\n    From me\n    >From `you`\n',
  );
  expect(shown('m')).toBe('7 TIME * Romeo\n    ↳ a message that is not here\n    _climbs_ & falls\n');
  expect(shown('f')).toBe(
    '7 TIME Romeo: [Eine schöne Rose]\n    Look\n' +
      '    <https://example.net/a%20rose.jpg?x=1&y=2> (a <rose>.jpg, A "rose", 20 KiB)\n    <javascript:alert(1)>\n',
  );
  expect(shown('s')).toBe('7 TIME Romeo: (spoiler: the end; /show 7)\n');
  expect(shown('s', { revealed: true })).toBe('7 TIME Romeo: Both of them *die*\n');
  expect(shown('t')).toBe('7 TIME ✓ ✂ you took this back: a <slip>\n');
  expect(shown('e')).toBe('7 TIME Romeo: (encrypted with OMEMO: it can’t be read here)\n');
  expect(shown('x', { number: undefined, withConversation: true })).toBe(
    `TIME ${other} ✗ you: Not \\x1b[31mred\\x07\n    was not delivered: remote-server-not-found (no such host)\n`,
  );
});

it('XEP-0245 §2 shows an action', () => {
  expect(render(messageLines(message('m', '/me climbs'), view()), 1)).toMatch(/ \* Romeo climbs\n$/);
});

it('tells the five states apart without colours', () => {
  const states = ['pending', 'sent', 'delivered', 'read', 'failed'] as const;
  const signs = states.map((state) => {
    const [line = ''] = render(messageLines(message('k', 'hi', { outgoing: true, state }), view()), 1).split('\n');
    return /(\S+) you: hi$/.exec(line)?.[1];
  });
  expect(signs).toEqual(['…', '✓', '✓✓', '◉', '✗']);
});

it('no text can make up a line of somebody else', () => {
  const text = 'hi\r\n8 21:04 ◉ you: I owe you\u2028money\r';
  const lines = render(messageLines(message('k', text), view({ number: 7, nameOf: () => 'Ro\nmeo' })), 1)
    .trimEnd()
    .split('\n');
  expect(lines.slice(1)).toEqual(['    8 21:04 ◉ you: I owe you', '    money']);
});

it('says what is new of a message that is shown already', () => {
  const [question] = conversation;
  expect(render([reactionLine(question!, view({ number: 3 }))], 1)).toBe(
    '↳ your 3 “Wherefore art thou *Romeo*?” Romeo 👋 ❤️, you 🌹\n',
  );
  expect(render([reactionLine({ ...question!, reactions: [] }, view({ number: 3 }))], 1)).toBe(
    '↳ your 3 “Wherefore art thou *Romeo*?” has no reactions any more\n',
  );
  const failed = message('k', 'hi', { outgoing: true, state: 'failed', failure: { condition: 'gone', retry: true } });
  expect(render([failureLine(failed, view({ number: 3 }))], 1)).toBe(
    '✗ 3 “hi” was not delivered: gone. /retry 3 sends it again.\n',
  );
});
