import { Element } from '@xeps/core';
import { serialize } from '@xeps/core/xml';
import { roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { forwarded, forwardStanza } from './index.ts';

const envelope = (inside: string): string => `<forwarded xmlns="urn:xmpp:forward:0">${inside}</forwarded>`;

it('§3.1 golden', () => {
  const text = envelope(
    '<delay xmlns="urn:xmpp:delay" stamp="2010-07-10T23:08:25Z"/>' +
      '<message xmlns="jabber:client" from="juliet@capulet.lit/orchard" type="chat"><body>Yet I should kill thee</body></message>',
  );
  const { value, input, output } = roundTrip(forwarded, text);
  expect(output).toBe(input);
  expect(value.delay?.stamp).toEqual(new Date('2010-07-10T23:08:25Z'));
  expect(value.stanza?.getChildText('body')).toBe('Yet I should kill thee');
});

it('the stanza stands for itself', () => {
  const { stanza } = forwarded.decode(xml(envelope('<presence xmlns="jabber:client"/>')));
  expect(stanza?.parent).toBeNull();
  expect(serialize(stanza!)).toBe('<presence xmlns="jabber:client"/>');
});

it('an envelope may be empty', () => {
  expect(roundTrip(forwarded, envelope(''))).toMatchObject({
    value: {},
    output: '<forwarded xmlns="urn:xmpp:forward:0"/>',
  });
});

it('§3.2 keeps the namespace of the stanza', () => {
  const text = envelope('<message xmlns="jabber:server" from="a@b"/>');
  expect(roundTrip(forwarded, text)).toMatchObject({ output: text });
});

it.each([
  ['which inherits the namespace of the envelope', '<message from="a@b"/>'],
  ['of another namespace', '<message xmlns="urn:example"/>'],
  ['that is none', '<body xmlns="jabber:client"/>'],
])('a stanza %s is none', (_what, inside) => {
  expect(forwarded.decode(xml(envelope(inside)))).toEqual({});
});

it('a broken delay breaks the envelope', () => {
  const result = forwarded.safeDecode(xml(envelope('<delay xmlns="urn:xmpp:delay" stamp="now"/>')));
  expect(result).toMatchObject({ ok: false, error: { path: 'forwarded > delay/@stamp' } });
});

it('§3.2 forwards with the namespace written, and leaves the stanza as it was', () => {
  const stanza = new Element('message', { from: 'juliet@capulet.lit/orchard' });
  stanza.c('body').t('Yet I should kill thee');
  const message = new Element('message', { to: 'mercutio@verona.lit' });
  forwardStanza(message, stanza, new Date('2010-07-10T23:08:25Z'));
  expect(serialize(message)).toBe(
    '<message to="mercutio@verona.lit"><forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2010-07-10T23:08:25Z"/>' +
      '<message from="juliet@capulet.lit/orchard" xmlns="jabber:client"><body>Yet I should kill thee</body></message></forwarded></message>',
  );
  expect(stanza.attrs).toEqual({ from: 'juliet@capulet.lit/orchard' });
  expect(stanza.parent).toBeNull();
});
