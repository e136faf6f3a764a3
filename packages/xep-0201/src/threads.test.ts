import { CodecError } from '@xeps/core/schema';
import { link, xml } from '@xeps/core/testing';
import { sendMessage } from '@xeps/rfc-6121';
import { expect, it } from 'vitest';
import { childThread, newThread, replyThread, threadAncestors, threadOf } from './index.ts';

it.each([
  ['', undefined],
  ['<thread/>', undefined],
  ['<thread> </thread>', undefined],
  ['<thread>t1</thread>', { id: 't1' }],
  ['<thread>\n    t1\n  </thread>', { id: 't1' }],
  ['<thread parent="p1">t1</thread>', { id: 't1', parent: 'p1' }],
  ['<thread parent=" ">t1</thread>', { id: 't1' }],
  ['<thread parent="t1">t1</thread>', { id: 't1' }],
  ['<thread parent="p1"/>', undefined],
  [`<thread>${'x'.repeat(1024)}</thread>`, { id: 'x'.repeat(1024) }],
  [`<thread>${'x'.repeat(1025)}</thread>`, undefined],
  [`<thread parent="${'x'.repeat(1025)}">t1</thread>`, { id: 't1' }],
  ['<thread xmlns="urn:x">t1</thread>', undefined],
  ['<thread>t1</thread><thread>t2</thread>', { id: 't1' }],
])('§3 the thread of %#', (content, thread) => {
  expect(threadOf(xml(`<message>${content}</message>`))).toEqual(thread);
});

it('§3.2, §3.3 a new thread is nobody else’s, and a child knows its parent', () => {
  const thread = newThread();
  expect(thread.id).not.toBe(newThread().id);
  expect(childThread(thread)).toEqual({ parent: thread.id, id: expect.stringMatching(/^.{20}$/) });
  expect(childThread('t1').parent).toBe('t1');
});

it.each([
  ['chat', '<thread parent="p1">t1</thread>', { id: 't1', parent: 'p1' }],
  ['groupchat', '<thread>t1</thread>', { id: 't1' }],
  ['chat', '', { id: expect.stringMatching(/^.{20}$/) }],
  ['groupchat', '', undefined],
  ['normal', '', undefined],
  ['headline', '', undefined],
])('§3.2, §4.1 a reply to a message of type %s with “%s”', (type, content, thread) => {
  expect(replyThread(xml(`<message type='${type}'>${content}</message>`))).toEqual(thread);
});

it('§3.2 what is no message has no reply', () => {
  expect(() => replyThread(xml('<presence/>'))).toThrow(CodecError);
});

it('§3.2 a reply goes out in the thread', async () => {
  const { client, wire } = link();
  const message = xml(`<message type='chat' from='juliet@example.com/b'><thread parent='p1'>t1</thread></message>`);
  await sendMessage(client, { to: 'juliet@example.com', body: 'x', thread: replyThread(message) });
  await sendMessage(client, { to: 'juliet@example.com', body: 'x', thread: replyThread(xml('<message/>')) });
  expect(wire[0]).toContain('<thread parent="p1">t1</thread>');
  expect(wire[1]).not.toContain('<thread');
});

it('§3.3 follows how threads branch, and stops', () => {
  const parents = new Map([
    ['c', 'b'],
    ['b', 'a'],
    ['x', 'y'],
    ['y', 'x'],
    ['z', 'z'],
  ]);
  const ancestors = (id: string): string[] => threadAncestors(id, (thread) => parents.get(thread));
  expect(ancestors('c')).toEqual(['b', 'a']);
  expect(ancestors('a')).toEqual([]);
  expect(ancestors('x')).toEqual(['y']);
  expect(ancestors('z')).toEqual([]);
  expect(threadAncestors('0', (id) => String(Number(id) + 1))).toHaveLength(100);
});
