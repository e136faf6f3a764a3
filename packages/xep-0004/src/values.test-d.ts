import { boolean, integer, jid, string } from '@xeps/core/schema';
import type { Jid } from '@xeps/core/jid';
import { expectTypeOf, it } from 'vitest';
import { formValues, manyValues, oneValue, submitForm } from './index.ts';
import type { DataForm } from './index.ts';

it('infers the values of a form', () => {
  const fields = { with: jid, open: boolean, max: oneValue(integer(), 'max#value'), ids: manyValues(string) };
  const values = formValues({} as DataForm, fields);
  expectTypeOf(values).toEqualTypeOf<{ with?: Jid; open?: boolean; max?: number; ids?: string[] }>();
  submitForm('f', fields, { open: null, ids: ['a'] as readonly string[] });
  // @ts-expect-error a number is no address
  submitForm('f', fields, { with: 1 });
  // @ts-expect-error no such field
  submitForm('f', fields, { without: 1 });
});
