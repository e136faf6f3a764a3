import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { conversation, message, other, own } from '../../test/messages.ts';
import type { ExportContext, Format } from './format.ts';
import { htmlFormat } from './html.ts';
import { jsonlFormat } from './jsonl.ts';
import { encodedWords, mboxFormat } from './mbox.ts';

const context: ExportContext = {
  own,
  nameOf: (address) => (address === own ? 'you' : 'Römeo <M>'),
  colorOf: (address, background) => (address === own ? '#007bbe' : background === '#ffffff' ? '#817700' : '#8f8300'),
  timeZone: 'UTC',
};

function write(format: Format, messages = conversation): string {
  const parts = messages.map((one) =>
    format.message({ message: one, answered: messages.find(({ id }) => id === one.replyTo) }),
  );
  return format.begin([other]) + format.conversation(other) + parts.join('') + format.end();
}

it.each([
  ['html', htmlFormat],
  ['jsonl', jsonlFormat],
  ['mbox', mboxFormat],
])('%s is as it was', (name, make) => {
  const golden = readFileSync(new URL(`../../test/export/conversation.${name}.golden`, import.meta.url), 'utf8');
  expect(write(make(context))).toBe(golden);
});

it('nothing that strangers write gets into a page as HTML, or runs', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>' & \u0000\u001b[2J`;
  const page = write(htmlFormat({ ...context, nameOf: () => evil }), [
    message(evil, evil, {
      id: evil,
      replyTo: evil,
      reactions: [{ author: { address: evil }, emojis: [evil], time: 0 }],
      edits: [
        { time: 0, content: { text: evil } },
        { time: 0, content: { text: evil } },
      ],
      content: { text: evil, subject: evil, spoiler: evil, lang: evil },
      attachments: [
        { url: `https://example.net/${evil}`, name: evil, description: evil },
        { url: `javascript:alert(1)`, name: 'x' },
      ],
    }),
    message('r', '', { retracted: { time: new Date(0), reason: evil } }),
    message('c', '', { content: { text: '', encryption: evil } }),
  ]);
  const body = page.slice(page.indexOf('<body>'));
  const tags = new Set([...body.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag!));
  expect(tags).not.toContain('script');
  expect(tags).not.toContain('img');
  expect([...body.replaceAll(/"[^"]*"/g, '').matchAll(/<[^>]*\son\w+=/g)]).toEqual([]);
  expect([...body.matchAll(/href="(?!#|https:)/g)]).toEqual([]);
  // oxlint-disable-next-line no-control-regex
  expect(page).not.toMatch(/[\u0000\u001b]/);
  // Nothing is fetched.
  expect(page).not.toMatch(/<(link|img|iframe|object|video|audio)\b|@import|url\(/);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
});

it('no header of a mail can be made up, and no mail', () => {
  const evil = 'x\r\nBcc: everybody@example.com\nFrom nobody Fri May  1 21:03:00 2026\n\nFrom me';
  const mailbox = write(mboxFormat({ ...context, nameOf: () => evil }), [
    message('k', evil, { id: evil, content: { text: evil, subject: evil } }),
  ]);
  expect(mailbox.match(/^From /gm)).toHaveLength(1);
  expect(mailbox.slice(0, mailbox.indexOf('\n\n'))).not.toMatch(/^(Bcc|From nobody)/m);
});

it('RFC 2047 §2 words of at most 75 characters, none of which ends within a character', () => {
  expect(encodedWords('Hello there')).toBe('Hello there');
  const text = 'Liebe Grüße 👩‍❤️‍👨 '.repeat(20).trim();
  const words = encodedWords(text).split('\n ');
  for (const word of words) expect(word.length).toBeLessThanOrEqual(75 - 'X-XMPP-Conversation: '.length);
  const parts = words.map((word) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)![1]!, 'base64'));
  for (const part of parts) expect(() => new TextDecoder('utf-8', { fatal: true }).decode(part)).not.toThrow();
  expect(Buffer.concat(parts).toString()).toBe(text);
});

it('RFC 2045 §6.7 lines that are too long for mail are folded, and come back whole', () => {
  const text = `${'Grüße = 100 % '.repeat(100)}\nshort `;
  const mailbox = write(mboxFormat(context), [message('k', text)]);
  expect(mailbox).toContain('Content-Transfer-Encoding: quoted-printable');
  for (const line of mailbox.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
  const body = mailbox.slice(mailbox.indexOf('\n\n') + 2).replace(/\n\n$/, '');
  const bytes = body
    .replaceAll('=\n', '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  expect(Buffer.from(bytes, 'latin1').toString()).toBe(text);
});
