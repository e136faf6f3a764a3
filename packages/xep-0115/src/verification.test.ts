import { roundTrip, xml } from '@xeps/core/testing';
import { formType } from '@xeps/xep-0068';
import { discoInfo } from '@xeps/xep-0030';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareOctets } from './octets.ts';
import { capabilities, CapsError, isSupportedHash, verificationString, verifyInfo } from './index.ts';

const info = (inside: string) =>
  discoInfo.decode(xml(`<query xmlns='http://jabber.org/protocol/disco#info'>${inside}</query>`));
const identity = `<identity category='client' type='pc' name='Exodus 0.9.1'/>`;
const features = ['caps', 'disco#info', 'disco#items', 'muc']
  .map((name) => `<feature var='http://jabber.org/protocol/${name}'/>`)
  .join('');
const form = (type: string, inside = '') =>
  `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${type}</value></field>${inside}</x>`;
const field = (name: string, ...values: string[]) =>
  `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
const psi =
  `<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/><identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>${features}` +
  form(
    'urn:xmpp:dataforms:softwareinfo',
    [
      field('software_version', '0.11'),
      field('ip_version', 'ipv6', 'ipv4'),
      field('os', 'Mac'),
      field('os_version', '10.5.1'),
      field('software', 'Psi'),
    ].join(''),
  );
const reason = (expected: string) => expect.objectContaining({ reason: expected });
/** Whether a `<c/>` with the right hash makes the information hold for others. */
const verified = async (inside: string, hash = 'sha-1') =>
  verifyInfo(info(inside), { hash, ver: await verificationString(info(inside), hash) });

it('§4 the element', () => {
  for (const text of [
    `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/>`,
    `<c xmlns='http://jabber.org/protocol/caps' ext='a b' node='n' ver='0.9'/>`,
  ]) {
    const { input, output } = roundTrip(capabilities, text);
    expect(output).toBe(input);
  }
  expect(capabilities.safeDecode(xml(`<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ver='v'/>`)).ok).toBe(
    false,
  );
});

it('§6.3 in stream features', () => {
  const found = capabilities.find(
    xml(
      `<features xmlns='http://etherx.jabber.org/streams'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v'/></features>`,
    ),
  );
  expect(found).toEqual({ hash: 'sha-1', node: 'n', ver: 'v' });
});

describe('§5.1 generation', () => {
  it('§5.2 the simple example', async () => {
    expect(await verificationString(info(identity + features))).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
  });

  it('§5.3 the complex example', async () => {
    expect(await verificationString(info(psi))).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
  });

  it('does not depend on the order', async () => {
    const base = info(psi);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(base.identities, { minLength: 2 }),
        fc.shuffledSubarray(base.features, { minLength: 4 }),
        fc.shuffledSubarray(base.forms[0]!.fields, { minLength: 6 }),
        async (identities, shuffled, fields) => {
          const other = { identities, features: shuffled, forms: [{ ...base.forms[0]!, fields }] };
          expect(await verificationString(other)).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('sorts by octets of UTF-8, not by UTF-16', () => {
    // U+FF5E comes before U+1F600 in UTF-8, after it in UTF-16.
    expect(['\u{1f600}', '\uff5e', 'é', 'z', 'Z', 'zz', ''].sort(compareOctets)).toEqual([
      '',
      'Z',
      'z',
      'zz',
      'é',
      '\uff5e',
      '\u{1f600}',
    ]);
    const texts = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareOctets(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  it('other hash functions', async () => {
    expect(await verificationString(info(identity + features), 'sha-256')).toHaveLength(44);
    expect([isSupportedHash('sha-512'), isSupportedHash('md5'), isSupportedHash('constructor')]).toEqual([
      true,
      false,
      false,
    ]);
    await expect(verificationString(info(identity), 'md5')).rejects.toBeInstanceOf(CapsError);
  });

  it('&lt; in the XML is a character like others', async () => {
    const tricked = `<identity category='client' type='pc' name='Exodus 0.9.1&lt;http://jabber.org/protocol/caps'/>${features.replace(/<feature[^>]*caps'\/>/, '')}`;
    expect(await verificationString(info(tricked))).toBe(await verificationString(info(identity + features)));
  });
});

describe('§5.4 processing', () => {
  it('gives back what the hash covers, sorted', async () => {
    const canonical = await verified(psi);
    expect(canonical.identities.map(({ lang }) => lang)).toEqual(['el', 'en']);
    expect(canonical.forms[0]?.fields.map(({ name, values }) => [name, ...values])).toEqual([
      ['FORM_TYPE', 'urn:xmpp:dataforms:softwareinfo'],
      ['ip_version', 'ipv4', 'ipv6'],
      ['os', 'Mac'],
      ['os_version', '10.5.1'],
      ['software', 'Psi'],
      ['software_version', '0.11'],
    ]);
    expect(await verificationString(canonical)).toBe('q07IKJEyjvHSyhy//CH0CxmKi8w=');
  });

  it('§5.4 3.3–3.5 refuses twins', async () => {
    for (const bad of [
      identity + identity + features,
      `${identity}${features}<feature var='http://jabber.org/protocol/muc'/>`,
      identity + features + form('a') + form('a', field('b', '1')),
      identity + features + form('a</value><value>b'),
    ]) {
      await expect(verificationString(info(bad))).rejects.toThrow(reason('ill-formed'));
    }
  });

  it('§5.4 3.5 a FORM_TYPE said twice is one', async () => {
    await expect(verified(identity + features + form('a</value><value>a'))).resolves.toMatchObject({
      forms: [{ type: 'result' }],
    });
  });

  it('§5.4 3.6 passes over forms without a hidden FORM_TYPE, and does not hand them to others', async () => {
    const open = `<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>urn:evil</value></field></x>`;
    const none = `<x xmlns='jabber:x:data' type='result'>${field('evil', '1')}</x>`;
    expect(await verificationString(info(identity + features + open + none))).toBe('QgayPKawpkPSDYmwT/WM94uAlu0=');
    expect((await verified(identity + features + open + none)).forms).toEqual([]);
  });

  it('what the hash does not cover is not handed to others', async () => {
    const labelled = form(
      'a',
      `<field var='b' label='evil' type='list-single'><desc>evil</desc><value>1</value><option><value>evil</value></option></field>`,
    );
    const canonical = await verified(
      identity +
        features +
        labelled.replace('<field', '<title>evil</title><instructions>evil</instructions><evil xmlns="e"/><field'),
    );
    expect(JSON.stringify(canonical)).not.toContain('evil');
    expect(formType(canonical.forms[0]!)).toBe('a');
  });

  it('§5.4 3.9 refuses another hash', async () => {
    await expect(
      verifyInfo(info(identity + features), { hash: 'sha-1', ver: 'q07IKJEyjvHSyhy//CH0CxmKi8w=' }),
    ).rejects.toThrow(reason('mismatch'));
    await expect(
      verifyInfo(info(identity + features), { hash: 'sha-256', ver: 'QgayPKawpkPSDYmwT/WM94uAlu0=' }),
    ).rejects.toThrow(reason('mismatch'));
    await expect(verifyInfo(info(identity + features), { hash: 'md5', ver: '' })).rejects.toThrow(reason('hash'));
    await expect(verifyInfo(info(identity + features), { ver: '0.9' })).rejects.toThrow(reason('hash'));
  });
});

describe('§9.3 poisoning: other information of the same hash', () => {
  const protocol = 'http://jabber.org/protocol/';
  const feature = (...names: string[]) => names.map((name) => `<feature var='${name}'/>`).join('');

  it.each([
    [
      'a feature hidden in the name of an identity',
      `<identity category='client' type='pc' name='Exodus 0.9.1&lt;${protocol}caps'/>${feature(`${protocol}disco#info`, `${protocol}disco#items`, `${protocol}muc`)}`,
      'ambiguous',
    ],
    [
      'two features in one',
      identity + feature(`${protocol}caps`, `${protocol}disco#info`, `${protocol}disco#items&lt;${protocol}muc`),
      'ambiguous',
    ],
    [
      'a feature as an identity',
      `${identity}<identity category='http:' type='' xml:lang='jabber.org' name='protocol/caps'/>${feature(`${protocol}disco#info`, `${protocol}disco#items`, `${protocol}muc`)}`,
      'ambiguous',
    ],
    [
      'an identity as a feature',
      feature(
        'client/pc//Exodus 0.9.1',
        `${protocol}caps`,
        `${protocol}disco#info`,
        `${protocol}disco#items`,
        `${protocol}muc`,
      ),
      'ambiguous',
    ],
    [
      'the last feature as a form',
      identity + feature(`${protocol}caps`, `${protocol}disco#info`, `${protocol}disco#items`) + form(`${protocol}muc`),
      'ambiguous',
    ],
    [
      'the last features as a form with a field',
      identity +
        feature(`${protocol}caps`, `${protocol}disco#info`) +
        form(`${protocol}disco#items`, field(`${protocol}muc`)),
      'ambiguous',
    ],
    [
      'the last feature as a form before another',
      identity +
        feature(`${protocol}caps`, `${protocol}disco#info`, `${protocol}disco#items`) +
        form(`${protocol}muc`) +
        form('urn:a'),
      'ambiguous',
    ],
    [
      'all features as a form',
      identity + form(`${protocol}caps`, field(`${protocol}disco#info`, `${protocol}disco#items`, `${protocol}muc`)),
      'ill-formed',
    ],
  ])('%s', async (_title, inside, expected) => {
    // It is of that hash indeed, so that the hash alone would let it pass.
    const whole = identity + features + (inside.includes('urn:a') ? form('urn:a') : '');
    const honest = await verificationString(info(whole));
    expect(await verificationString(info(inside))).toBe(honest);
    await expect(verifyInfo(info(inside), { hash: 'sha-1', ver: honest })).rejects.toThrow(reason(expected));
  });

  it('thousands of features', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `urn:feature:${i}`);
    const started = performance.now();
    const all = { identities: info(identity).identities, features: many, forms: [] };
    expect((await verifyInfo(all, { hash: 'sha-1', ver: await verificationString(all) })).features).toHaveLength(
      10_000,
    );
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
