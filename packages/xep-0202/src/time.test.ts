import { TimeoutError } from '@xeps/core';
import { CodecError } from '@xeps/core/schema';
import { link, roundTrip } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { entityTime, getEntityTime, NS_TIME, time, timeQuery, timeZone } from './index.ts';

afterEach(() => vi.restoreAllMocks());

it('§2 the element', () => {
  const { value, input, output } = roundTrip(
    entityTime,
    `<time xmlns='urn:xmpp:time'><tzo>-06:00</tzo><utc>2006-12-19T17:58:35Z</utc></time>`,
  );
  expect(value).toEqual({ tzo: -360, utc: new Date('2006-12-19T17:58:35Z') });
  expect(output).toBe(input);
});

it('§2 time zones', () => {
  expect(['Z', '+00:00', '-00:00', '+05:30', '-08:00', ' +14:00 '].map(timeZone.decode)).toEqual([
    0, 0, 0, 330, -480, 840,
  ]);
  for (const bad of ['', 'z', '5:30', '+5:30', '+05:60', '+14:01', '+99:00', '+05:30:00', 'UTC'])
    expect(() => timeZone.decode(bad)).toThrow(RangeError);
  for (const bad of [0.5, 841, Number.NaN]) expect(() => timeZone.encode(bad)).toThrow(RangeError);
  fc.assert(
    fc.property(fc.integer({ min: -840, max: 840 }), (minutes) => {
      expect(timeZone.decode(timeZone.encode(minutes))).toBe(minutes);
    }),
  );
});

it('§2 asks and answers, §4 advertises it', async () => {
  vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(-330);
  const { client, server } = link();
  client.use(time);
  const before = Date.now();
  const { tzo, utc } = await getEntityTime(server, { to: client.jid });
  expect(tzo).toBe(330);
  expect(utc.getTime()).toBeGreaterThanOrEqual(before);
  expect(utc.getTime()).toBeLessThanOrEqual(Date.now());
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_TIME);
});

it('§6 the time zone can be hidden', async () => {
  const { client, server, wire } = link();
  const ours = client.use(time);
  ours.setTimeZone(0);
  expect((await getEntityTime(server, { to: client.jid })).tzo).toBe(0);
  expect(wire.at(-1)).toContain('<tzo>Z</tzo>');
  expect(() => ours.setTimeZone(9999)).toThrow(RangeError);
  ours.setTimeZone(undefined);
  expect((await getEntityTime(server, { to: client.jid })).tzo).toBe(-new Date().getTimezoneOffset() + 0);
});

it('a broken answer is an error, one from somebody else none', async () => {
  const { client, server, inject, wire } = link();
  server.handle(timeQuery, () => new Promise<never>(() => undefined));
  const ask = (): [Promise<unknown>, string] => {
    const asked = getEntityTime(client, { to: 'montague.lit', timeout: 20 });
    return [asked, /id="([^"]+)"/.exec(wire.at(-1)!)![1]!];
  };
  for (const inside of [
    '',
    '<tzo>Z</tzo>',
    '<tzo>Z</tzo><utc>now</utc>',
    '<tzo>MET</tzo><utc>2006-12-19T17:58:35Z</utc>',
  ]) {
    const [broken, id] = ask();
    inject(`<iq type='result' id='${id}' from='montague.lit'><time xmlns='${NS_TIME}'>${inside}</time></iq>`);
    await expect(broken).rejects.toBeInstanceOf(CodecError);
  }
  const [forged, id] = ask();
  inject(
    `<iq type='result' id='${id}' from='evil.example'><time xmlns='${NS_TIME}'><tzo>Z</tzo><utc>2006-12-19T17:58:35Z</utc></time></iq>`,
  );
  await expect(forged).rejects.toBeInstanceOf(TimeoutError);
});
