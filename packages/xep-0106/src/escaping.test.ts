import { createJid, JidError, parseJid } from '@xeps/core/jid';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURE_JID_ESCAPING, escapeLocal, unescapeLocal } from './index.ts';

describe('§3.2 and §3.3 the table', () => {
  test.each([
    [' ', '\\20'],
    ['"', '\\22'],
    ['&', '\\26'],
    ["'", '\\27'],
    ['/', '\\2f'],
    [':', '\\3a'],
    ['<', '\\3c'],
    ['>', '\\3e'],
    ['@', '\\40'],
  ])('§3.2 %j is %s', (char, sequence) => {
    expect(escapeLocal(`a${char}b`)).toBe(`a${sequence}b`);
    expect(unescapeLocal(`a${sequence}b`)).toBe(`a${char}b`);
  });

  test('§3.3 \\5c is the backslash', () => {
    expect(unescapeLocal('a\\5cb')).toBe('a\\b');
  });
});

// The examples that are printed as a name or address, its escaped form, and what a client shows.
const wild = "here's_a_wild_&_/cr%zy/_address";
test.each([
  ['§3.1', "d'artagnan", 'd\\27artagnan'],
  ['§3.3 through a gateway', 'tr\u00e9ville@musketeers.lit', 'tr\u00e9ville\\40musketeers.lit'],
  ['§4.2 Wireless Village', '\\3and\\2is\\5cool', '\\5c3and\\2is\\5c5cool'],
  ['§4.3 partial sequence', '\\2plus\\2is\\4', '\\2plus\\2is\\4'],
  ['§4.3 invalid sequence 1', 'foo\\bar', 'foo\\bar'],
  ['§4.3 invalid sequence 2', 'foob\\41r', 'foob\\41r'],
  ['§4.3 \\5c', 'c:\\5commas', 'c\\3a\\5c5commas'],
  ['§5.1 example 1', 'space cadet', 'space\\20cadet'],
  ['§5.1 example 2', 'call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
  ['§5.1 example 3', 'at&t guy', 'at\\26t\\20guy'],
  ['§5.1 example 4', "d'artagnan", 'd\\27artagnan'],
  ['§5.1 example 5', '/.fanboy', '\\2f.fanboy'],
  ['§5.1 example 6', '::foo::', '\\3a\\3afoo\\3a\\3a'],
  ['§5.1 example 7', '<foo>', '\\3cfoo\\3e'],
  ['§5.1 example 8', 'user@host', 'user\\40host'],
  ['§5.1 example 9', 'c:\\net', 'c\\3a\\net'],
  ['§5.1 example 10', 'c:\\\\net', 'c\\3a\\\\net'],
  ['§5.1 example 11', 'c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
  ['§5.1 example 12', 'c:\\5commas', 'c\\3a\\5c5commas'],
  ['§5.2 mailbox, §5.3 sip:, §5.4 im: and pres:', wild, 'here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address'],
  [
    '§5.5 IMPS',
    `${wild}_for:<wv>("IMPS")`,
    'here\\27s_a_wild_\\26_\\2fcr%zy\\2f_address_for\\3a\\3cwv\\3e(\\22IMPS\\22)',
  ],
  [
    '§5.6 LDAP',
    "CN=D'Artagnan Saint-Andr\\E9,O=Example & Company, Inc.,DC=example,DC=com",
    'CN=D\\27Artagnan\\20Saint-Andr\\E9,O=Example\\20\\26\\20Company,\\20Inc.,DC=example,DC=com',
  ],
  ['§5.6 LDAP, more readable', "D'Artagnan Saint-Andr\u00e9", 'D\\27Artagnan\\20Saint-Andr\u00e9'],
  ['§5.7 IRC', 'somenick!user"&\'/:<>\\3address', 'somenick!user\\22\\26\\27\\2f\\3a\\3c\\3e\\5c3address'],
])('%s: %s is %s', (_, name, local) => {
  expect(escapeLocal(name)).toBe(local);
  expect(unescapeLocal(local)).toBe(name);
  expect(createJid({ local, domain: 'example.com' }).local).toBe(local.toLowerCase());
});

test('§7 foo\\5cbar is shown as foo\\bar', () => {
  expect(unescapeLocal('foo\\5cbar')).toBe('foo\\bar');
});

test('§6 the feature', () => {
  expect(FEATURE_JID_ESCAPING).toBe('jid\\20escaping');
});

describe('§4.1 rule 6: no \\20 at either end', () => {
  test.each([' a', 'a ', ' ', ' a '])('does not escape %j', (name) => {
    expect(() => escapeLocal(name)).toThrow(JidError);
    expect(() => escapeLocal(name)).toThrow(/begin or end with a space/);
  });

  test.each([
    ['\\20a', '\\20a'],
    ['a\\20', 'a\\20'],
    ['\\20', '\\20'],
    ['\\20\\20a', '\\20 a'],
    ['a\\20\\27\\20', "a '\\20"],
  ])('shows %s as %s', (local, name) => {
    expect(unescapeLocal(local)).toBe(name);
  });
});

test.each(['\\2F', '\\3A', '\\5C', '\\2', '\\', '\\\\', '\\21', '\\0027', '%27', '&#39;'])(
  '§3.1 and §4.3: %s is no sequence',
  (text) => {
    expect(unescapeLocal(`a${text}b`)).toBe(`a${text}b`);
  },
);

test('unescaping is not repeated', () => {
  expect(unescapeLocal('a\\5c40b')).toBe('a\\40b');
});

test('any name comes back, and its escaped form has no disallowed character', () => {
  const piece = fc.constantFrom(...'ab27fc035e\\\\\\ "&\'/:<>@', '\\20', '\\5c', '\\3a', '\u00e9');
  const name = fc
    .array(piece, { maxLength: 20 })
    .map((pieces) => pieces.join(''))
    .filter((text) => !/^ | $/.test(text));
  fc.assert(
    fc.property(name, (text) => {
      // A name that begins or ends with the sequence itself comes back too: its backslash is escaped.
      const local = escapeLocal(text);
      expect(local).not.toMatch(/[ "&'/:<>@]/);
      expect(unescapeLocal(local)).toBe(text);
      if (local !== '') expect(parseJid(`${local}@example.com`).local).toBe(local);
    }),
    { numRuns: 2000 },
  );
});

test('takes linear time', () => {
  const started = performance.now();
  expect(unescapeLocal(escapeLocal(`x${"\\'\\5c ".repeat(200_000)}x`))).toHaveLength(1_200_002);
  expect(performance.now() - started).toBeLessThan(2000);
});
