import { expectTypeOf } from 'vitest';
import type { JidError, JidPart } from './index.ts';
import { Jid, createJid, parseJid, tryParseJid } from './index.ts';

expectTypeOf(parseJid('a@b')).toEqualTypeOf<Jid>();
expectTypeOf(tryParseJid('a@b')).toEqualTypeOf<Jid | undefined>();
expectTypeOf<Jid['local']>().toEqualTypeOf<string | undefined>();
expectTypeOf<Jid['domain']>().toEqualTypeOf<string>();
expectTypeOf<JidError['part']>().toEqualTypeOf<JidPart>();
expectTypeOf(createJid).parameter(0).toExtend<{ domain: string }>();

// @ts-expect-error An address is made by parsing, or it would not be checked.
export const unchecked = new Jid('a@b');
// @ts-expect-error An address is immutable.
parseJid('a@b').domain = 'c';
// @ts-expect-error A domain is required.
createJid({ local: 'a' });
// @ts-expect-error A text is not an address.
export const notParsed: Jid = 'a@b';
