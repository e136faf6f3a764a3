import { StanzaError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import {
  archivePreferences,
  getArchivePreferences,
  getPreferencesQuery,
  setArchivePreferences,
  setPreferencesQuery,
} from './index.ts';
import type { ArchivePreferencesInput } from './index.ts';

const full =
  '<prefs xmlns="urn:xmpp:mam:2" default="roster"><always><jid>romeo@montague.lit</jid></always><never><jid>montague@montague.lit</jid></never></prefs>';
const empty = '<prefs xmlns="urn:xmpp:mam:2" default="never"><always/><never/></prefs>';

it.each([full, empty])('§2.1 golden %s', (text) => {
  expect(roundTrip(archivePreferences, text)).toMatchObject({ input: text, output: text });
});

it('§2.1.2, §2.1.3 a list that is not there is empty', () => {
  expect(archivePreferences.decode(xml(`<prefs xmlns='urn:xmpp:mam:2' default='always'/>`))).toEqual({
    default: 'always',
    always: [],
    never: [],
  });
});

it.each([
  `<prefs xmlns='urn:xmpp:mam:2'/>`,
  `<prefs xmlns='urn:xmpp:mam:2' default='sometimes'/>`,
  full.replace('romeo@', '@'),
])('broken: %s', (text) => {
  expect(archivePreferences.safeDecode(xml(text)).ok).toBe(false);
});

it('§2.1 asks and sets, and gives what the server made of it', async () => {
  const { client, server } = link();
  let kept: ArchivePreferencesInput = { default: 'roster' };
  server.handle(getPreferencesQuery, () => kept);
  server.handle(setPreferencesQuery, (wanted) => (kept = { ...wanted, default: 'always' }));
  expect(await getArchivePreferences(client)).toEqual({ default: 'roster', always: [], never: [] });
  const montague = parseJid('montague@montague.lit');
  const applied = await setArchivePreferences(client, { default: 'never', never: [montague] });
  expect(applied).toMatchObject({ default: 'always', always: [] });
  expect(applied.never.map(String)).toEqual(['montague@montague.lit']);
});

it('§2.1 a server without them', async () => {
  const { client, server } = link();
  await expect(getArchivePreferences(client)).rejects.toMatchObject({ condition: 'service-unavailable' });
  server.handle(setPreferencesQuery, () => {
    throw new StanzaError('not-allowed');
  });
  await expect(setArchivePreferences(client, { default: 'never' })).rejects.toMatchObject({ condition: 'not-allowed' });
});

it('a broken answer is a codec error', async () => {
  const { client, inject, wire } = link();
  const asked = getArchivePreferences(client);
  const id = /id="([^"]+)"/.exec(wire[0]!)![1]!;
  inject(`<iq type='result' id='${id}'><prefs xmlns='urn:xmpp:mam:2' default='?'/></iq>`);
  await expect(asked).rejects.toBeInstanceOf(CodecError);
});
