import { isStanzaError, XmppError } from '@xeps/core';
import { CodecError, fromJson, toJson } from '@xeps/core/schema';
import { roundTrip, xml } from '@xeps/core/testing';
import { serialize } from '@xeps/core/xml';
import { expect, it } from 'vitest';
import { dataForm } from './index.ts';

const nothing = { instructions: [], fields: [], items: [], rest: [] };
const bare = { required: false, values: [], options: [], rest: [] };

const golden: [title: string, text: string, value: object][] = [
  [
    '§3 title and instructions',
    `<x xmlns='jabber:x:data' type='form'><title>T</title><instructions>a</instructions><instructions>b</instructions></x>`,
    { ...nothing, type: 'form', title: 'T', instructions: ['a', 'b'] },
  ],
  ['§3.1 a cancelled form', `<x xmlns='jabber:x:data' type='cancel'/>`, { ...nothing, type: 'cancel' }],
  [
    '§3.2 everything that a field may have',
    `<x xmlns='jabber:x:data' type='form'><field var='a' type='list-multi' label='A'><desc>D</desc><required/><value>1</value><value>2</value>` +
      `<option label='One'><value>1</value></option><option><value>2</value></option></field></x>`,
    {
      ...nothing,
      type: 'form',
      fields: [
        {
          ...bare,
          name: 'a',
          type: 'list-multi',
          label: 'A',
          desc: 'D',
          required: true,
          values: ['1', '2'],
          options: [{ label: 'One', value: '1' }, { value: '2' }],
        },
      ],
    },
  ],
  [
    '§3.2 a fixed field without a name, and an empty value',
    `<x xmlns='jabber:x:data' type='form'><field type='fixed'><value/></field></x>`,
    { ...nothing, type: 'form', fields: [{ ...bare, type: 'fixed', values: [''] }] },
  ],
  [
    '§3.4 a table',
    `<x xmlns='jabber:x:data' type='result'><reported><field var='n' type='text-single' label='N'/></reported>` +
      `<item><field var='n'><value>1</value></field></item><item><field var='n'><value>2</value></field></item></x>`,
    {
      ...nothing,
      type: 'result',
      reported: [{ ...bare, name: 'n', type: 'text-single', label: 'N' }],
      items: [[{ ...bare, name: 'n', values: ['1'] }], [{ ...bare, name: 'n', values: ['2'] }]],
    },
  ],
];

it.each(golden)('%s', (_title, text, value) => {
  const { value: decoded, input, output } = roundTrip(dataForm, text);
  expect(decoded).toEqual(value);
  expect(output).toBe(input);
  expect(fromJson(dataForm, toJson(dataForm, decoded))).toEqual(value);
});

it('§3.3 a field type that nobody knows is text-single', () => {
  expect(
    dataForm.decode(xml(`<x xmlns='jabber:x:data' type='form'><field var='a' type='colour'/></x>`)).fields[0]?.type,
  ).toBe('text-single');
  expect(() => dataForm.encode({ type: 'form', fields: [{ name: 'a', type: 'colour' as 'fixed' }] })).toThrow(
    CodecError,
  );
});

it('§3.4 reads tables in any order', () => {
  const form = dataForm.decode(
    xml(
      `<x xmlns='jabber:x:data' type='result'><item><field var='n'/></item><field var='m'/><reported><field var='n'/></reported></x>`,
    ),
  );
  expect([form.items.length, form.fields.length, form.reported?.length]).toEqual([1, 1, 1]);
});

it('keeps what other specifications put into forms and fields', () => {
  const text = `<x xmlns='jabber:x:data' type='form'><field var='a'><media xmlns='urn:xmpp:media-element'><uri type='image/png'>cid:1</uri></media></field><page xmlns='http://jabber.org/protocol/xdata-layout'/></x>`;
  const form = dataForm.decode(xml(text));
  expect(form.fields[0]?.rest[0]?.name).toBe('media');
  expect(dataForm.decode(xml(serialize(dataForm.encode(form))))).toEqual(form);
});

it.each([
  ['no type', `<x xmlns='jabber:x:data'/>`, 'x/@type'],
  ['an unknown type', `<x xmlns='jabber:x:data' type='error'/>`, 'x/@type'],
  [
    '§3.2 an option without a value',
    `<x xmlns='jabber:x:data' type='form'><field var='a'><option>1</option></field></x>`,
    'x > field > option > value',
  ],
])('says what is broken: %s', (_title, text, path) => {
  const result = dataForm.safeDecode(xml(text));
  expect(result.ok ? '' : result.error.path).toBe(path);
  expect(result.ok || (result.error instanceof XmppError && !isStanzaError(result.error))).toBe(true);
});
