/** A small world that has been there for months: who talks with whom, and about what. The same on every run. */
import { Element } from '@xeps/core';
import { originId } from '@xeps/xep-0359';

/** A message that was exchanged before the demo began. */
export interface PastMessage {
  readonly stanza: Element;
  readonly at: Date;
}

/** Everybody there is, with their passwords. */
export const people = [
  { user: 'juliet', password: 'what-is-in-a-name' },
  { user: 'romeo', password: 'by-the-moon' },
  { user: 'nurse', password: 'angelica' },
  { user: 'mercutio', password: 'queen-mab' },
] as const;

type Person = (typeof people)[number]['user'];

/** Who knows whom, and what they call each other. */
export const contacts: readonly {
  readonly between: readonly [Person, Person];
  readonly names: readonly [string, string];
}[] = [
  { between: ['juliet', 'romeo'], names: ['Romeo', 'Juliet'] },
  { between: ['juliet', 'nurse'], names: ['Nurse', 'Juliet'] },
  { between: ['romeo', 'mercutio'], names: ['Mercutio', 'Romeo'] },
  { between: ['romeo', 'nurse'], names: ['Juliet’s nurse', 'Romeo Montague'] },
];

/** What is said between two of them, again and again; who begins stands first. */
const talks: readonly (readonly [Person, Person, readonly string[]])[] = [
  [
    'nurse',
    'juliet',
    [
      'Madam!',
      'I come, anon.',
      'Where are you, child?',
      'In the orchard, looking at the moon.',
      'Supper is ready.',
      'In a minute!',
    ],
  ],
  [
    'romeo',
    'juliet',
    [
      'Are you awake?',
      'I am. It is not yet near day.',
      'I heard a lark.',
      'It was the nightingale.',
      'Tomorrow, at nine?',
      'I will not fail.',
    ],
  ],
  [
    'mercutio',
    'romeo',
    [
      'You gave us the slip last night.',
      'Pardon, good Mercutio, my business was great.',
      'Dinner at your father’s?',
      'I will follow you.',
    ],
  ],
  [
    'romeo',
    'nurse',
    ['Is she well?', 'She is well, but asks for you every hour.', 'Commend me to your lady.', 'A thousand times.'],
  ],
];

/** What came while Juliet was away: nobody has read it. */
const waiting: readonly (readonly [Person, string])[] = [
  ['nurse', 'There was a young man at the gate.'],
  ['nurse', 'He asked for you. I said nothing!'],
  ['romeo', 'I was at the gate. Your nurse is a fortress.'],
];

const day = 86_400_000;

/** Three months of messages that end a few minutes before `now`, the oldest first. */
export function history(now: Date, domain: string): readonly PastMessage[] {
  const past: PastMessage[] = [];
  const say = (from: Person, to: Person, body: string, at: number): void => {
    const id = `past-${past.length}`;
    const stanza = new Element('message', {
      xmlns: 'jabber:client',
      type: 'chat',
      id,
      from: `${from}@${domain}/tablet`,
      to: `${to}@${domain}`,
    });
    stanza.c('body').t(body);
    stanza.cnode(originId.encode({ id }));
    past.push({ stanza, at: new Date(at) });
  };
  for (let days = 90; days > 0; days--) {
    const [first, second, lines] = talks[days % talks.length]!;
    const begin = now.getTime() - days * day;
    lines.forEach((line, index) =>
      say(index % 2 === 0 ? first : second, index % 2 === 0 ? second : first, line, begin + index * 90_000),
    );
  }
  waiting.forEach(([from, body], index) =>
    say(from, 'juliet', body, now.getTime() - (waiting.length - index) * 240_000),
  );
  return past;
}
