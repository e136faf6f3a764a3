import { parseElement } from '@xeps/core/xml';
import { expect, it } from 'vitest';
import { advise, diagnosisLines, diagnosisText } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';
import { createWitness, readOffer } from './sign-in-offer.ts';
import type { StreamContext } from '@xeps/stream';

const features = (content: string) =>
  parseElement(`<features xmlns='http://etherx.jabber.org/streams'>${content}</features>`);
const classic = (...names: string[]): string =>
  `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`;
const modern =
  "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-256-PLUS</mechanism>" +
  "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>UPGR-SCRAM-SHA-512</upgrade>" +
  "<inline><bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/><feature var='urn:xmpp:sm:3'/></inline></bind>" +
  "<sm xmlns='urn:xmpp:sm:3'/><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-EXPR</mechanism></fast></inline></authentication>";
const everything = features(
  classic('PLAIN', 'SCRAM-SHA-1') +
    modern +
    "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/></sasl-channel-binding>" +
    "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>262144</max-bytes></limits>" +
    "<config-version xmlns='urn:xmpp:iap:0' scheme='opaque' value='v1'/>",
);

it('reads all that can be offered, and nothing that is not', () => {
  expect(readOffer(everything)).toEqual({
    sasl: ['PLAIN', 'SCRAM-SHA-1'],
    sasl2: ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
    channelBindings: ['tls-exporter'],
    bind2: ['urn:xmpp:carbons:2', 'urn:xmpp:sm:3'],
    resume: true,
    fast: ['HT-SHA-256-EXPR'],
    upgrades: ['UPGR-SCRAM-SHA-512'],
    configVersion: 'v1',
  });
  expect(readOffer(features(''))).toEqual({ sasl: [], sasl2: [], resume: false, upgrades: [] });
});

it('the witness keeps the offer, and the limits that change with signing in', () => {
  const { module, seen } = createWitness();
  const stream = { secure: true, authenticated: false, tls: { protocol: 'TLSv1.3' } } as StreamContext;
  expect(module.negotiate!(everything, stream)).toBe('skip');
  const after = features(
    "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><csi xmlns='urn:xmpp:csi:0'/>" +
      "<limits xmlns='urn:xmpp:stream-limits:0'><idle-seconds>60</idle-seconds></limits>",
  );
  expect(module.element!(after, { ...stream, authenticated: true })).toBe(false);
  expect(seen.offer?.sasl2).toEqual(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS']);
  expect(seen.limits).toEqual({ maxBytes: 262_144, idleSeconds: 60 });
  expect(seen.channel).toEqual({ secure: true, protocol: 'TLSv1.3' });
  expect([...seen.features]).toContain('urn:xmpp:csi:0');
});

const secret = 'c2VjcmV0';
const healthy: Diagnosis = {
  account: 'juliet@example.org',
  endpoints: [
    { service: 'xmpps://a.example.org:5223', from: 'dns', tried: true, used: false },
    { service: 'xmpp://a.example.org:5222', from: 'dns', tried: true, used: true },
    { service: 'wss://a.example.org/ws', from: 'host-meta', tried: false, used: false },
  ],
  seen: {
    offer: readOffer(everything),
    limits: { maxBytes: 262_144 },
    features: new Set(),
    channel: { secure: true, protocol: 'TLSv1.3' },
  },
  signIn: { profile: 'sasl2', mechanism: 'HT-SHA-256-EXPR', token: true, pipelined: true, tls: 'TLSv1.3', ms: 12 },
  session: { jid: 'juliet@example.org/xeps.1', resumed: false },
  services: [
    { name: 'carbons', spec: 'XEP-0280', offered: true },
    { name: 'upload', spec: 'XEP-0363', offered: true, jid: 'upload.example.org', maxFileSize: 1_000 },
    { name: 'push', spec: 'XEP-0357', offered: false },
    { name: 'archive', spec: 'XEP-0313', offered: undefined },
  ],
  stored: {
    userAgentId: '00000000-0000-4000-8000-000000000000',
    resource: 'abc',
    token: { mechanism: 'HT-SHA-256-EXPR', token: secret, expiry: '2026-05-01T10:00:00.000Z', count: 1 },
    scramKeys: { [`SHA-256,juliet,${secret},4096`]: { clientKey: secret, serverKey: secret } },
    mechanism: 'SCRAM-SHA-256-PLUS',
  },
  folder: '/home/juliet/.local/state/xeps',
};

it('the lines: what is in them, and no secret', () => {
  const lines = diagnosisLines(healthy);
  expect(JSON.stringify(lines)).not.toContain(secret);
  expect(lines).toEqual([
    ...healthy.endpoints.map((endpoint) => ({ type: 'endpoint', ...endpoint })),
    { type: 'tls', secure: true, protocol: 'TLSv1.3' },
    { type: 'offer', ...healthy.seen.offer, limits: { maxBytes: 262_144 } },
    { type: 'sign-in', ...healthy.signIn, channelBinding: 'tls-exporter' },
    { type: 'session', jid: 'juliet@example.org/xeps.1', resumed: false },
    ...healthy.services.map((service) => ({ type: 'service', ...service })),
    {
      type: 'stored',
      folder: '/home/juliet/.local/state/xeps',
      token: { mechanism: 'HT-SHA-256-EXPR', expiry: '2026-05-01T10:00:00.000Z' },
      keys: ['SCRAM-SHA-256'],
      password: false,
      mechanism: 'SCRAM-SHA-256-PLUS',
    },
  ]);
});

it('the text: grouped, and no secret', () => {
  const text = diagnosisText(healthy);
  expect(text).not.toContain(secret);
  for (const line of [
    /^Way to the server of juliet@example.org\n {2}xmpps:\/\/a.example.org:5223 +tried \(DNS\)\n/,
    /\n {2}wss:\/\/a.example.org\/ws +not needed \(host-meta\)\n {2}encryption +TLSv1.3, the certificate is valid\n/,
    /\n {2}in one step +binding, carbons, acknowledgements, resumption\n/,
    /\n {2}by +token, HT-SHA-256-EXPR \(SASL2\)\n {2}bound to TLS +tls-exporter\n/,
    /\n {2}upload +XEP-0363 +yes \(upload.example.org, files of 1000 bytes at most\)\n {2}push +XEP-0357 +no\n {2}archive +XEP-0313 +no answer\n/,
  ])
    expect(text).toMatch(line);
  expect(text).not.toContain('Advice');
});

it('nothing but a failed attempt: what was seen until then', () => {
  const failed: Diagnosis = {
    ...healthy,
    seen: { offer: undefined, limits: {}, features: new Set(), channel: undefined },
    signIn: undefined,
    session: undefined,
    services: [],
    stored: undefined,
  };
  expect(diagnosisLines(failed).map((line) => (line as { readonly type: string }).type)).toEqual([
    'endpoint',
    'endpoint',
    'endpoint',
    'stored',
  ]);
  expect(diagnosisText(failed)).not.toMatch(/undefined|Signed in|Services/);
});

it.each<[string, Partial<Diagnosis>, string[]]>([
  ['nothing', {}, []],
  ['no TLS', { seen: { ...healthy.seen, channel: { secure: false } } }, ['no-tls']],
  [
    'a server that wants the password',
    { seen: { ...healthy.seen, offer: readOffer(features(classic('PLAIN'))) } },
    ['plain-only', 'no-sasl2'],
  ],
  [
    'an old server',
    { seen: { ...healthy.seen, offer: readOffer(features(classic('SCRAM-SHA-1', 'PLAIN'))) } },
    ['sha-1', 'no-channel-binding', 'no-sasl2'],
  ],
  ['a first sign-in', { signIn: { ...healthy.signIn!, token: false } }, ['token']],
  ['a sign-in that leaves nothing', { folder: undefined, stored: undefined }, ['no-store']],
  [
    'a server that does little',
    {
      services: [
        { name: 'archive', spec: 'XEP-0313', offered: false },
        { name: 'upload', spec: 'XEP-0363', offered: undefined },
      ],
    },
    ['no-archive'],
  ],
])('advice for %s', (_, change, codes) => {
  expect(advise({ ...healthy, ...change }).map(({ code }) => code)).toEqual(codes);
});
