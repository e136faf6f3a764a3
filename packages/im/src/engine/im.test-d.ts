import type { Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { expectTypeOf, test } from 'vitest';
import { createIm } from '../index.ts';
import type {
  Attachment,
  Change,
  Conversation,
  DeliveryState,
  Im,
  ImOptions,
  Message,
  NewMessage,
  Notification,
  OlderMessages,
  Store,
  SyncProgress,
  SyncState,
  TypingEvent,
} from '../index.ts';

const session = {} as Session;
const store = {} as Store;
const im = createIm(session, { store });

test('what an engine needs', () => {
  expectTypeOf(im).toEqualTypeOf<Im>();
  expectTypeOf<ImOptions['store']>().toEqualTypeOf<Store>();
  createIm(session, { store, receipts: 'never', markers: (address) => address.endsWith('@capulet.lit') });
  createIm(session, {
    store,
    receipts: async () => true,
    pageSize: undefined,
    initialMessages: 100,
    contactMessages: 0,
  });
  // @ts-expect-error a store is needed
  createIm(session, {});
  // @ts-expect-error no such policy
  createIm(session, { store, receipts: 'always' });
  // @ts-expect-error an address is text there
  createIm(session, { store, receipts: (address: Jid) => address.isBare });
});

test('what it tells is typed by its name', () => {
  im.on('change', (event) => {
    expectTypeOf(event).toEqualTypeOf<Change>();
    if (event.conversations !== 'all') expectTypeOf(event.conversations).toEqualTypeOf<readonly string[]>();
  });
  im.on('notify', (event) => {
    expectTypeOf(event).toEqualTypeOf<Notification>();
    expectTypeOf(event.messages).toEqualTypeOf<readonly Message[]>();
  });
  im.on('sync', (event) => {
    expectTypeOf(event).toEqualTypeOf<SyncProgress>();
    expectTypeOf(event.state).toEqualTypeOf<SyncState>();
  });
  im.on('typing', (event) => expectTypeOf(event).toEqualTypeOf<TypingEvent>());
  expectTypeOf(im.on('change', () => undefined, { signal: new AbortController().signal })).toEqualTypeOf<Disposable>();
  // @ts-expect-error no such event
  im.on('message', () => undefined);
});

test('what it is asked, and what it answers', () => {
  expectTypeOf(im.conversations()).resolves.toEqualTypeOf<Conversation[]>();
  expectTypeOf(im.messages('juliet@capulet.lit', { before: 1, limit: 10 })).resolves.toEqualTypeOf<Message[]>();
  expectTypeOf(im.message('key')).resolves.toEqualTypeOf<Message | undefined>();
  expectTypeOf(im.find).parameter(0).toEqualTypeOf<Jid | string>();
  expectTypeOf(im.loadOlder('juliet@capulet.lit')).resolves.toEqualTypeOf<OlderMessages>();
  expectTypeOf(im.cancel('key')).resolves.toEqualTypeOf<boolean>();
  expectTypeOf(im.unread()).resolves.toEqualTypeOf<number>();
  expectTypeOf(im.displayName('juliet@capulet.lit', 'profile')).toEqualTypeOf<string>();
  // @ts-expect-error a position is a number
  im.messages('juliet@capulet.lit', { before: new Date() });
  // @ts-expect-error no such view
  im.displayName('juliet@capulet.lit', 'roster');
});

test('what is sent', () => {
  expectTypeOf(im.send('juliet@capulet.lit', 'Hark!')).resolves.toEqualTypeOf<Message>();
  const attachments: readonly Attachment[] = [{ url: 'https://files.example/a.png', inline: true }];
  im.send({} as Jid, { text: '', attachments, spoiler: undefined });
  im.react('key', ['👍']);
  expectTypeOf<NewMessage>().toHaveProperty('replyTo').toEqualTypeOf<string | undefined>();
  // @ts-expect-error a message has a text
  im.send('juliet@capulet.lit', { attachments });
  // @ts-expect-error several emojis are a list
  im.react('key', '👍');
  // @ts-expect-error a file has an address
  im.send('juliet@capulet.lit', { text: '', attachments: [{ name: 'a.png' }] });
});

test('a message is data, and is not changed', () => {
  const message = {} as Message;
  expectTypeOf(message.state).toEqualTypeOf<DeliveryState>();
  expectTypeOf(message.time).toEqualTypeOf<Date>();
  expectTypeOf(message.retracted).toEqualTypeOf<{ readonly time: Date; readonly reason?: string } | undefined>();
  // Named types, that dependants can write down.
  expectTypeOf(message.attachments).toEqualTypeOf<readonly Attachment[]>();
  // @ts-expect-error it is read only
  message.text = 'other words';
  // @ts-expect-error its lists are, too
  message.edits.push({ time: 0, content: { text: '' } });
});
