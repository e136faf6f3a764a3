import { roundTrip, xml } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import { mamFin, mamMetadata, mamQuery, mamResult } from './index.ts';

const ns = 'xmlns="urn:xmpp:mam:2"';
const set = (inside: string): string => `<set xmlns="http://jabber.org/protocol/rsm">${inside}</set>`;

describe('golden', () => {
  it.each([
    ['§4', mamQuery, `<query ${ns} queryid="f27"/>`],
    [
      '§4.1, §4.3',
      mamQuery,
      `<query ${ns}><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden"><value>urn:xmpp:mam:2</value></field>` +
        `<field var="start"><value>2010-08-07T00:00:00Z</value></field></x>${set('<max>10</max><after>09af3-cc343-b409f</after>')}<flip-page/></query>`,
    ],
    ['§6.1.3', mamQuery, `<query ${ns} node="princely_musings"/>`],
    [
      '§4.2',
      mamResult,
      `<result ${ns} queryid="f27" id="28482-98726-73623"><forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2010-07-10T23:08:25Z"/>` +
        `<message xmlns="jabber:client" from="witch@shakespeare.lit" to="macbeth@shakespeare.lit"><body>Hail to thee</body></message></forwarded></result>`,
    ],
    ['§4.3.1', mamFin, `<fin ${ns}>${set('<first index="0">28482</first><last>09af3</last><count>20</count>')}</fin>`],
    ['§4.3.2', mamFin, `<fin ${ns} complete="true" stable="false">${set('')}</fin>`],
    [
      '§5',
      mamMetadata,
      `<metadata ${ns}><start id="YWxwaGEg" timestamp="2008-08-22T21:09:04Z"/><end id="b21lZ2Eg" timestamp="2020-04-20T14:34:21Z"/></metadata>`,
    ],
    ['§5 of an empty archive', mamMetadata, `<metadata ${ns}/>`],
  ])('%s', (_section, schema, text) => {
    const { input, output } = roundTrip(schema as typeof mamFin, text);
    expect(input).toBe(text.replace(/<set ([^>]*)><\/set>/, '<set $1/>'));
    expect(output).toBe(input);
  });
});

it('§4.3.2 `complete` and `stable` have values that stand for their absence', () => {
  expect(mamFin.decode(xml(`<fin ${ns}/>`))).toEqual({ complete: false, stable: true });
  expect(mamFin.stringify({ complete: false, stable: true })).toBe(`<fin ${ns}/>`);
});

it.each([
  [mamResult, `<result ${ns}/>`, 'result/@id'],
  [mamResult, `<result ${ns} id="x"/>`, 'result > forwarded'],
  [mamFin, `<fin ${ns} complete="yes"/>`, 'fin/@complete'],
  [mamFin, `<fin ${ns}>${set('<first index="-1">a</first>')}</fin>`, 'fin > set > first/@index'],
  [mamMetadata, `<metadata ${ns}><start id="a"/></metadata>`, 'metadata > start/@timestamp'],
])('broken', (schema, text, path) => {
  expect((schema as typeof mamFin).safeDecode(xml(text))).toMatchObject({ ok: false, error: { path } });
});
