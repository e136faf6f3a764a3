import { expect, test } from 'vitest';
import { attachmentKind, attachmentName } from './attachment.ts';

test.each([
  [{ url: 'https://a.example/x', mediaType: 'image/png' }, 'picture'],
  // A document, which may hold scripts.
  [{ url: 'https://a.example/x.svg', mediaType: 'image/svg+xml' }, 'file'],
  [{ url: 'https://a.example/x.svg' }, 'file'],
  [{ url: 'https://a.example/x', mediaType: 'audio/ogg' }, 'audio'],
  [{ url: 'https://a.example/x', mediaType: 'video/mp4' }, 'video'],
  // What its sender says counts for more than its name.
  [{ url: 'https://a.example/x.png', mediaType: 'application/pdf' }, 'file'],
  [{ url: 'https://a.example/x.PNG?y=.txt#z' }, 'picture'],
  [{ url: 'not an address.png' }, 'file'],
] as const)('%j is shown as %s', (attachment, kind) => {
  expect(attachmentKind(attachment)).toBe(kind);
});

test.each([
  [{ url: 'https://a.example/b%20c.png' }, 'b c.png'],
  [{ url: 'https://a.example/%ff.png' }, '%ff.png'],
  [{ url: 'https://a.example/' }, 'https://a.example/'],
  [{ url: 'https://a.example/x', name: 'moon.png' }, 'moon.png'],
])('%j is called %s', (attachment, name) => {
  expect(attachmentName(attachment)).toBe(name);
});
