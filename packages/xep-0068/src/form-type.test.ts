import { dataForm } from '@xeps/xep-0004';
import { xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { extensionFieldName, findFormOfType, formType, parseFieldName } from './index.ts';

const form = (type: string, ...fields: string[]) =>
  dataForm.decode(xml(`<x xmlns='jabber:x:data' type='${type}'>${fields.join('')}</x>`));
const hidden = `<field var='FORM_TYPE' type='hidden'><value>urn:a</value></field>`;
const open = `<field var='FORM_TYPE' type='text-single'><value>urn:b</value></field>`;
const untyped = `<field var='FORM_TYPE'><value>urn:c</value></field>`;

it.each([
  ['§4.2 hidden', 'form', [hidden], 'urn:a'],
  ['§4.2 hidden, in a result', 'result', [hidden], 'urn:a'],
  ['§4.1 none', 'form', [], undefined],
  ['§4.3 not hidden', 'form', [open], undefined],
  ['§4.3 not hidden, in a result', 'result', [untyped], undefined],
  ['§4.3 not hidden beside a hidden one', 'form', [open, hidden], 'urn:a'],
  ['§4.4 of any type in a submission', 'submit', [untyped], 'urn:c'],
  ['§4.1 without a value', 'form', [`<field var='FORM_TYPE' type='hidden'/>`], undefined],
  ['§3.6 in other letters', 'form', [`<field var='form_type' type='hidden'><value>urn:a</value></field>`], undefined],
])('%s', (_title, type, fields, expected) => {
  expect(formType(form(type, ...fields))).toBe(expected);
});

it('§3.6 finds a form by its FORM_TYPE as text', () => {
  const forms = [form('result', open), form('result', hidden)];
  expect(findFormOfType(forms, 'urn:a')).toBe(forms[1]);
  expect(findFormOfType(forms, 'URN:A')).toBeUndefined();
  expect(findFormOfType(forms, 'urn:b')).toBeUndefined();
});

it('§3.4 names in Clark notation', () => {
  expect(extensionFieldName('http://example.com/pubsub', 'time_restrictions')).toBe(
    '{http://example.com/pubsub}time_restrictions',
  );
  expect(parseFieldName('{http://example.com/pubsub}time_restrictions')).toEqual({
    namespace: 'http://example.com/pubsub',
    name: 'time_restrictions',
  });
  expect(() => extensionFieldName('', 'x')).toThrow(RangeError);
  expect(() => extensionFieldName('a}b', 'x')).toThrow(RangeError);
});

it.each(['muc#roominfo_description', '', '{', '{}', '{}x', '{a', 'a{b}c', '{a{b}c'])(
  '§3.4 “%s” has no namespace',
  (name) => {
    expect(parseFieldName(name)).toEqual({ name });
  },
);
