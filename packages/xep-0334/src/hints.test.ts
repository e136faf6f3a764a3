import { XmppError } from '@xeps/core';
import { roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { addHints, hint, hintsOf } from './index.ts';
import type { Hint } from './index.ts';

it.each<[string, Hint]>([
  ['§4.1', 'no-permanent-store'],
  ['§4.2', 'no-store'],
  ['§4.3', 'no-copy'],
  ['§4.4', 'store'],
])('%s golden: %s', (_section, name) => {
  const text = `<${name} xmlns="urn:xmpp:hints"/>`;
  expect(roundTrip(hint, text)).toEqual({ value: name, input: text, output: text });
});

it('reads all that it knows', () => {
  const message = xml(
    `<message><store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/><fly xmlns='urn:xmpp:hints'/><no-store xmlns='urn:example'/></message>`,
  );
  expect([...hintsOf(message)]).toEqual(['store', 'no-copy']);
});

it('§5 an error has none', () => {
  expect(hintsOf(xml(`<message type='error'><store xmlns='urn:xmpp:hints'/></message>`)).size).toBe(0);
});

it('adds each once', () => {
  const message = xml(`<message to='juliet@capulet.lit/laptop'/>`);
  addHints(message, 'no-copy', 'no-store', 'no-copy');
  addHints(message, 'no-store');
  expect(hint.findAll(message)).toEqual(['no-copy', 'no-store']);
});

it.each([`<message to='juliet@capulet.lit'/>`, '<message/>', `<message to='@'/>`])(
  '§4.3 refuses no-copy on %s',
  (text) => {
    const message = xml(text);
    expect(() => addHints(message, 'store', 'no-copy')).toThrow(XmppError);
    expect(hintsOf(message).size).toBe(0);
  },
);
