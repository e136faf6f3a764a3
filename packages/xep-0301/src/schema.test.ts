import { CodecError } from '@xeps/core/schema';
import { roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { NS_RTT, rtt } from './index.ts';

it.each([
  [
    '§8.3.4 edits',
    `<rtt xmlns="${NS_RTT}" seq="123001" event="new"><t>Helo</t><e/><t>lo...planet</t><e n="6"/><e p="8" n="3"/><t p="5"> there,</t></rtt>`,
    {
      seq: 123_001,
      event: 'new',
      actions: [
        { type: 'insert', value: { text: 'Helo' } },
        { type: 'erase', value: { count: 1 } },
        { type: 'insert', value: { text: 'lo...planet' } },
        { type: 'erase', value: { count: 6 } },
        { type: 'erase', value: { position: 8, count: 3 } },
        { type: 'insert', value: { position: 5, text: ' there,' } },
      ],
    },
  ],
  [
    '§8.4.2 pauses and cursor movements',
    `<rtt xmlns="${NS_RTT}" seq="123005"><w n="445"/><t p="12"/></rtt>`,
    {
      seq: 123_005,
      event: 'edit',
      actions: [
        { type: 'wait', value: { milliseconds: 445 } },
        { type: 'insert', value: { position: 12, text: '' } },
      ],
    },
  ],
  [
    '§7.5.3 a correction',
    `<rtt xmlns="${NS_RTT}" seq="0" event="reset" id="m1"/>`,
    { seq: 0, event: 'reset', id: 'm1', actions: [] },
  ],
  ['§6.1 init', `<rtt xmlns="${NS_RTT}" seq="7" event="init"/>`, { seq: 7, event: 'init', actions: [] }],
])('%s: text and value are the same thing', (_section, text, value) => {
  const trip = roundTrip(rtt, text);
  expect(trip.value).toEqual(value);
  expect(trip.output).toBe(trip.input);
});

const read = (content: string, attrs = `seq='1'`) =>
  rtt.decode(xml(`<rtt xmlns='${NS_RTT}' ${attrs}>${content}</rtt>`));

it('§4.6.2 clips negative values, and takes any size', () => {
  expect(read(`<t p='-3'>a</t><e p='99999999999999999999' n='-1'/>`).actions).toEqual([
    { type: 'insert', value: { position: 0, text: 'a' } },
    { type: 'erase', value: { position: Number.MAX_SAFE_INTEGER, count: 0 } },
  ]);
});

it('§4.6.3 leaves out what it does not know or can’t read, and goes on', () => {
  const content = `<x/><t xmlns='urn:x'>no</t><w/><e n='two'/><t>a</t> stray`;
  expect(read(content).actions).toEqual([{ type: 'insert', value: { text: 'a' } }]);
});

it.each([
  ['§4.2.1 no seq', ''],
  ['§4.2.1 a seq that is no number', `seq='x'`],
  ['§4.2.1 a seq of more than 32 bits', `seq='4294967296'`],
  ['§4.2.2 an event that is not known', `seq='1' event='shake'`],
])('%s is broken', (_what, attrs) => {
  expect(() => read('', attrs)).toThrow(CodecError);
});

it('§4.3 the seq of init and cancel says nothing, also by not being there', () => {
  expect(read('', `event='cancel'`)).toEqual({ seq: 0, event: 'cancel', actions: [] });
});

it('refuses to write what the specification forbids', () => {
  expect(() => rtt.encode({ seq: 2 ** 31 })).toThrow(CodecError);
  expect(() => rtt.encode({ seq: 1, event: 'init', actions: [{ type: 'insert', value: { text: 'a' } }] })).toThrow(
    CodecError,
  );
  expect(() => rtt.encode({ seq: 1, actions: [{ type: 'erase', value: { count: -1 } }] })).toThrow(CodecError);
});
