/** Messages of a conversation that has everything, for what shows and exports them. */
import type { Message } from '@xeps/im';

export const own = 'juliet@example.com';
export const other = 'romeo@example.net';

const time = (clock: string): Date => new Date(`2026-05-01T${clock}Z`);

/** A message of the other side, or with `outgoing` one's own. */
export function message(key: string, text: string, more: Partial<Message> = {}): Message {
  const outgoing = more.outgoing === true;
  return {
    key,
    conversation: other,
    position: 1,
    author: { address: outgoing ? own : other },
    outgoing,
    time: time('21:03:00'),
    text: more.content?.text ?? text,
    content: { text },
    attachments: [],
    edits: [],
    reactions: [],
    state: outgoing ? 'sent' : 'received',
    id: `id-${key}`,
    ...more,
  };
}

const question = message('q', 'Wherefore art thou *Romeo*?', {
  outgoing: true,
  state: 'read',
  archiveId: '1001',
  reactions: [
    { author: { address: other }, emojis: ['👋', '❤️'], time: 0 },
    { author: { address: own }, emojis: ['🌹'], time: 0 },
  ],
});
const attachment = {
  url: 'https://example.net/a%20rose.jpg?x=1&y=2',
  name: 'a <rose>.jpg',
  mediaType: 'image/jpeg',
  size: 20_480,
  description: 'A "rose"',
};

/** In order, on two days. */
export const conversation: readonly Message[] = [
  question,
  message('a', '> art thou?\nHere: https://example.net/(me).\nFrom me\n>From `you`', {
    archiveId: '1002',
    replyTo: 'id-q',
    edits: [
      { time: Date.parse('2026-05-01T21:04:00Z'), content: { text: 'Hear <me>' } },
      { time: Date.parse('2026-05-01T21:05:00Z'), content: { text: '> art thou?\nHere' } },
    ],
  }),
  message('m', '/me _climbs_ & falls', { time: time('21:10:00'), replyTo: 'gone' }),
  message('f', 'Look', {
    time: time('23:59:59'),
    attachments: [attachment, { url: 'javascript:alert(1)' }],
    content: { text: 'Look', subject: 'Eine schöne Rose' },
  }),
  message('s', '', {
    time: new Date('2026-05-02T00:00:01Z'),
    content: { text: 'Both of them *die*', spoiler: 'the end', lang: 'en', unstyled: true },
  }),
  message('t', '', {
    outgoing: true,
    time: new Date('2026-05-02T08:00:00Z'),
    retracted: { time: new Date('2026-05-02T08:01:00Z'), reason: 'a <slip>' },
  }),
  message('e', '', { time: new Date('2026-05-02T08:02:00Z'), content: { text: '', encryption: 'OMEMO' } }),
  message('x', 'Not \u001b[31mred\u0007', {
    outgoing: true,
    time: new Date('2026-05-02T09:00:00Z'),
    state: 'failed',
    failure: { condition: 'remote-server-not-found', text: 'no such host', retry: false },
  }),
];
