import type { Session } from '@xeps/core';
import { sendMessage } from '@xeps/rfc-6121';
import { expectTypeOf, test } from 'vitest';
import { fileMessage, fileSharing } from './index.ts';
import type { Disposition } from './index.ts';

test('what is composed is the content of a message', () => {
  sendMessage({} as Session, { to: 'a@b.example', ...fileMessage({ file: {} }) });
  sendMessage({} as Session, { to: 'a@b.example', ...fileMessage([{ file: {} }, { file: {} }], 'hello') });
  expectTypeOf(fileSharing.decode).returns.toHaveProperty('disposition').toEqualTypeOf<Disposition | undefined>();
});
