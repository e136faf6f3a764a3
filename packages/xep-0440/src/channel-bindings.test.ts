import { parseElement } from '@xeps/core/xml';
import { plain, SaslError, scramSha256, scramSha256Plus, selectMechanism } from '@xeps/stream';
import type { SaslMechanismFactory, SaslOffer, StreamContext } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { channelBindings, decodeChannelBindings, NS_SASL_CB } from './channel-bindings.ts';

const announcement = (types: readonly string[]): string =>
  `<sasl-channel-binding xmlns='${NS_SASL_CB}'>${types.map((type) => `<channel-binding type='${type}'/>`).join('')}</sasl-channel-binding>`;

const parse = (content: string) =>
  parseElement(`<features xmlns='http://etherx.jabber.org/streams'>${content}</features>`);

/** What a server offers: mechanisms, and types unless it announces none. */
function offer(names: string, types?: string, profile: SaslOffer['profile'] = 'sasl2'): SaslOffer {
  const list = types?.split(' ').filter((type) => type !== '');
  return { profile, mechanisms: names.split(' '), features: parse(list === undefined ? '' : announcement(list)) };
}

/** A stream over TLS that has these types. */
function over(types: string | undefined, framing: StreamContext['framing'] = 'tcp'): StreamContext {
  const tls =
    types === undefined
      ? undefined
      : {
          binding: (type: string) => (types.split(' ').includes(type) ? new TextEncoder().encode(type) : undefined),
        };
  return { domain: 'example.org', framing, tls } as StreamContext;
}

const all = 'tls-exporter tls-unique tls-server-end-point';
const tls13 = 'tls-exporter tls-server-end-point';
const tls12 = 'tls-unique tls-server-end-point';
const plus = 'SCRAM-SHA-256 SCRAM-SHA-256-PLUS';

/** The type that signing in would be bound by. */
const chosen = (offered: SaslOffer, stream: StreamContext): string | undefined =>
  channelBindings().offered!(offered, stream)?.binding?.type;

/** What would be said first, with the mechanisms that a client has. */
async function first(
  offered: SaslOffer,
  stream: StreamContext,
  mechanisms: readonly SaslMechanismFactory[] = [scramSha256, scramSha256Plus, plain],
): Promise<string> {
  const credentials = { username: 'juliet', password: 'secret' };
  const options = { mechanisms, credentials, guards: [channelBindings()], trustConnection: true };
  const { mechanism } = await selectMechanism(options, offered, stream);
  return `${mechanism.name} ${new TextDecoder().decode(await mechanism.initial()).split(',')[0]}`;
}

const downgrade = expect.objectContaining({ condition: 'downgrade' }) as SaslError;

describe('§2 the types that a server announces', () => {
  test('in its order, whatever they are', () => {
    expect(decodeChannelBindings(parse(announcement(['tls-server-end-point', 'x-new'])))).toEqual([
      'tls-server-end-point',
      'x-new',
    ]);
  });

  test('none at all, none of ours, and broken ones', () => {
    expect(decodeChannelBindings(parse(''))).toBeUndefined();
    expect(decodeChannelBindings(parse("<sasl-channel-binding xmlns='urn:example'/>"))).toBeUndefined();
    const broken = `<sasl-channel-binding xmlns='${NS_SASL_CB}'>text<channel-binding/><channel-binding type='a'><b/></channel-binding><channel-binding xmlns='urn:example' type='b'/></sasl-channel-binding>`;
    expect(decodeChannelBindings(parse(broken))).toEqual(['a']);
    expect(decodeChannelBindings(parse(`<sasl-channel-binding xmlns='${NS_SASL_CB}'/>`))).toEqual([]);
  });
});

describe('§3 rule 2: this side has no channel binding', () => {
  test.each<[string, SaslOffer]>([
    ['the server has none', offer('SCRAM-SHA-256')],
    ['the server has some', offer(plus, all)],
    ['an offer that would be refused otherwise', offer(plus)],
    ['another that would be', offer('SCRAM-SHA-256', all)],
    ['a third', offer(plus, 'x-new')],
  ])('n: %s', async (_, offered) => {
    // A browser, or a trusted connection without TLS; and TLS of which the platform tells too little.
    expect(await first(offered, over(undefined))).toBe('SCRAM-SHA-256 n');
    expect(await first(offered, over(''))).toBe('SCRAM-SHA-256 n');
  });
});

describe('§3 rule 3: the server announced nothing', () => {
  test('y: this side would have bound', async () => {
    expect(await first(offer('SCRAM-SHA-256 PLAIN'), over(tls13))).toBe('SCRAM-SHA-256 y');
    expect(await first(offer('SCRAM-SHA-256', undefined, 'sasl'), over(tls12))).toBe('SCRAM-SHA-256 y');
  });

  test('n by WebSocket, where ejabberd refuses y though it offers nothing', async () => {
    expect(await first(offer('SCRAM-SHA-256'), over(tls13, 'websocket'))).toBe('SCRAM-SHA-256 n');
  });
});

describe('§3 rule 4: mechanisms that bind, without types', () => {
  test('SASL2: refused', () => {
    expect(() => chosen(offer(plus), over(all))).toThrow(downgrade);
    expect(() => chosen(offer(plus), over(all))).toThrow(/example\.org .*does not say how.*somebody in between/);
  });

  test('SASL: tls-unique where TLS has it, as servers older than the specification', async () => {
    expect(await first(offer(plus, undefined, 'sasl'), over(tls12))).toBe('SCRAM-SHA-256-PLUS p=tls-unique');
    expect(await first(offer(plus, undefined, 'sasl'), over(tls13))).toBe('SCRAM-SHA-256 n');
  });
});

describe('§3 rule 5: types, without mechanisms that bind', () => {
  test.each(['sasl', 'sasl2'] as const)('%s: refused', (profile) => {
    expect(() => chosen(offer('SCRAM-SHA-256 PLAIN', all, profile), over(tls13))).toThrow(downgrade);
    expect(() => chosen(offer('SCRAM-SHA-256', 'x-new', profile), over(tls13))).toThrow(/offers no mechanism/);
  });

  test('not refused when there is no SCRAM at all, which who strips it could hide', async () => {
    expect(await first(offer('PLAIN', all), over(tls13))).toMatch(/^PLAIN /);
  });
});

describe('§3 rules 6 and 7: both', () => {
  test.each<[string, string, string]>([
    ['tls-server-end-point tls-exporter', tls13, 'tls-exporter'],
    ['tls-server-end-point tls-unique tls-exporter', tls12, 'tls-unique'],
    ['tls-server-end-point tls-exporter', tls12, 'tls-server-end-point'],
    ['tls-server-end-point', tls13, 'tls-server-end-point'],
    ['tls-exporter', tls13, 'tls-exporter'],
    [all, all, 'tls-exporter'],
    ['x-new tls-server-end-point', all, 'tls-server-end-point'],
  ])('%s announced, %s here: %s', async (announced, here, expected) => {
    for (const profile of ['sasl', 'sasl2'] as const) {
      const offered = offer(plus, announced, profile);
      expect(chosen(offered, over(here))).toBe(expected);
      expect(await first(offered, over(here))).toBe(`SCRAM-SHA-256-PLUS p=${expected}`);
    }
  });

  test('the data is that of the type', () => {
    expect(channelBindings().offered!(offer(plus, all), over(tls13))).toEqual({
      binding: { type: 'tls-exporter', data: new TextEncoder().encode('tls-exporter') },
    });
  });
});

describe('XEP-0474 §7 new rule 6: both, and nothing in common', () => {
  const nothing: readonly [string, SaslOffer, StreamContext][] = [
    ['types that are unknown', offer(plus, 'x-new x-other'), over(tls13)],
    ['an empty list', offer(plus, ''), over(tls13)],
    ['a type of another version of TLS', offer(plus, 'tls-unique', 'sasl'), over(tls13)],
    // Whoever has a certificate without a hash function could take out the rest.
    ['an end point that this side cannot compute', offer(plus, 'tls-server-end-point'), over('tls-exporter')],
  ];

  test.each(nothing)('%s: n, and the server must prove its list', async (_, offered, stream) => {
    expect(await first(offered, stream)).toBe('SCRAM-SHA-256 n');
    const { binding, checks } = channelBindings().offered!(offered, stream)!;
    expect(binding).toBeUndefined();
    expect(checks).toHaveLength(1);
    await checks![0]!(new Map([['h', 'hash']]), 'SHA-256');
    const check = async (): Promise<void> => checks![0]!(new Map([['d', 'hash']]), 'SHA-256');
    await expect(check()).rejects.toBeInstanceOf(SaslError);
    await expect(check()).rejects.toMatchObject({ condition: 'downgrade' });
  });

  test.each(nothing)('%s: a mechanism that proves nothing is refused', async (_, offered, stream) => {
    const proving = { ...offered, mechanisms: [...offered.mechanisms, 'PLAIN', 'EXTERNAL'] };
    await expect(first(proving, stream, [plain])).rejects.toMatchObject({ condition: 'downgrade' });
    const external = { ...scramSha256, name: 'EXTERNAL', unusable: () => undefined };
    expect(await first(proving, stream, [external])).toMatch(/ n$/);
  });

  test('PLAIN is not refused where something is in common', async () => {
    const offered = offer(`${plus} PLAIN`, all);
    expect(await first(offered, over(tls13), [plain])).toMatch(/^PLAIN /);
  });
});
