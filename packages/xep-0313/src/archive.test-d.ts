import type { Element, Session } from '@xeps/core';
import { expectTypeOf, test } from 'vitest';
import { archiveFormQuery, mamFin, queryArchive } from './index.ts';
import type { ArchivedMessage, ArchivePage } from './index.ts';

test('queries are checked', async () => {
  const session = {} as Session;
  for await (const message of queryArchive(
    session,
    { with: 'juliet@capulet.lit', start: new Date() },
    { reverse: true },
  )) {
    expectTypeOf(message).toEqualTypeOf<ArchivedMessage>();
    expectTypeOf(message.stanza).toEqualTypeOf<Element | undefined>();
  }
  expectTypeOf(queryArchive(session).pages()).toExtend<AsyncIterable<ArchivePage>>();
  // @ts-expect-error a time is a Date
  queryArchive(session, { start: '2010-06-07T00:00:00Z' });
  // @ts-expect-error no such filter
  queryArchive(session, { whit: 'juliet@capulet.lit' });
});

test('types come from the declaration', () => {
  expectTypeOf(mamFin.decode).returns.toHaveProperty('complete').toEqualTypeOf<boolean>();
  expectTypeOf(archiveFormQuery.type).not.toBeAny();
});
