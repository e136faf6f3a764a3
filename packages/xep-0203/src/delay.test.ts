import { link, roundTrip, xml } from '@xeps/core/testing';
import { describe, expect, it } from 'vitest';
import { delay, delayOf, isDelayed } from './index.ts';

const ns = `xmlns="urn:xmpp:delay"`;
const { client } = link({ client: 'juliet@capulet.com/balcony', server: 'capulet.com' });

it('§2 golden', () => {
  const text = `<delay ${ns} from="capulet.com" stamp="2002-09-10T23:08:25.5Z">Offline Storage</delay>`;
  const { value, input, output } = roundTrip(delay, text);
  expect({ ...value, from: String(value.from) }).toEqual({
    from: 'capulet.com',
    stamp: new Date('2002-09-10T23:08:25.500Z'),
    reason: 'Offline Storage',
  });
  expect(input).toBe(text);
  expect(output).toBe(text.replace('25.5Z', '25.500Z'));
});

it.each([
  `<delay ${ns}/>`,
  `<delay ${ns} stamp='20020910T23:08:25'/>`,
  `<delay ${ns} stamp='2002-09-10T23:08:25Z' from='@'/>`,
])('broken: %s', (text) => {
  expect(delay.safeDecode(xml(text)).ok).toBe(false);
});

const by = (from: string | undefined, hour: number): string =>
  `<delay ${ns} ${from === undefined ? '' : `from='${from}'`} stamp='2002-09-10T${hour}:00:00Z'/>`;
const hourOf = (from: string, ...delays: string[]): number | undefined =>
  delayOf(
    client,
    xml(`<message from='${from}' to='juliet@capulet.com'>${delays.join('')}</message>`),
  )?.stamp.getUTCHours();

describe('§5 whom to believe', () => {
  it('the own server and the account', () => {
    expect(hourOf('romeo@montague.net/orchard', by('capulet.com', 10))).toBe(10);
    expect(hourOf('romeo@montague.net/orchard', by('juliet@capulet.com', 11))).toBe(11);
  });

  it('a room about its occupants, a sender about itself', () => {
    expect(hourOf('coven@macbeth.lit/secondwitch', by('coven@macbeth.lit', 12))).toBe(12);
    expect(hourOf('romeo@montague.net/orchard', by('romeo@montague.net/orchard', 13))).toBe(13);
  });

  it('the own server before the sender, wherever it stands', () => {
    expect(hourOf('coven@macbeth.lit/a', by('coven@macbeth.lit', 12), by('capulet.com', 10))).toBe(10);
    expect(hourOf('coven@macbeth.lit/a', by('capulet.com', 10), by('coven@macbeth.lit', 12))).toBe(10);
  });

  it('of several by the same the earliest', () => {
    expect(
      hourOf(
        'coven@macbeth.lit/a',
        by('coven@macbeth.lit', 14),
        by('coven@macbeth.lit', 12),
        by('coven@macbeth.lit', 13),
      ),
    ).toBe(12);
  });

  it('nobody else: forged in the name of another, or of nobody', () => {
    expect(hourOf('mallory@evil.example/x', by('coven@macbeth.lit', 12))).toBeUndefined();
    expect(hourOf('mallory@evil.example/x', by('capulet.com.evil.example', 12))).toBeUndefined();
    expect(hourOf('mallory@evil.example/x', by('juliet@capulet.com/balcony', 12))).toBeUndefined();
    expect(hourOf('mallory@evil.example/x', by(undefined, 12))).toBeUndefined();
  });

  it('a broken one does not hide a good one', () => {
    expect(
      hourOf('romeo@montague.net/o', `<delay ${ns} stamp='yesterday' from='capulet.com'/>`, by('capulet.com', 10)),
    ).toBe(10);
  });

  it('one inside of a forwarded stanza says nothing about the envelope', () => {
    expect(
      isDelayed(
        client,
        xml(
          `<message from='romeo@montague.net'><forwarded xmlns='urn:xmpp:forward:0'>${by('capulet.com', 10)}</forwarded></message>`,
        ),
      ),
    ).toBe(false);
  });
});
