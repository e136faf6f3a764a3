import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { XmppError } from '../errors.ts';
import { Jid, JidError, bareOf, createJid, jid, parseJid, tryParseJid } from './index.ts';

/** What parsing throws; fails when it throws nothing. */
function faultOf(text: string): JidError {
  try {
    parseJid(text);
  } catch (error) {
    if (error instanceof JidError) return error;
    throw error;
  }
  throw new Error(`taken for an address: ${JSON.stringify(text)}`);
}

describe('RFC 7622 §3.5, table 1: JIDs', () => {
  test.each([
    ['1: a bare JID', 'juliet@example.com', 'juliet', 'example.com', undefined],
    ['2: a full JID', 'juliet@example.com/foo', 'juliet', 'example.com', 'foo'],
    ['3: single space in resourcepart', 'juliet@example.com/foo bar', 'juliet', 'example.com', 'foo bar'],
    ['4: at-sign in resourcepart', 'juliet@example.com/foo@bar', 'juliet', 'example.com', 'foo@bar'],
    [
      '5: single space in localpart, escaped by XEP-0106',
      'foo\\20bar@example.com',
      'foo\\20bar',
      'example.com',
      undefined,
    ],
    ['6: another bare JID', 'fussball@example.com', 'fussball', 'example.com', undefined],
    ['7: LATIN SMALL LETTER SHARP S is not ss', 'fu\u00dfball@example.com', 'fu\u00dfball', 'example.com', undefined],
    ['8: a localpart of GREEK SMALL LETTER PI', '\u03c0@example.com', '\u03c0', 'example.com', undefined],
    ['9: GREEK CAPITAL LETTER SIGMA maps to small', '\u03a3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    ['10: GREEK SMALL LETTER SIGMA', '\u03c3@example.com/foo', '\u03c3', 'example.com', 'foo'],
    ['11: GREEK SMALL LETTER FINAL SIGMA', '\u03c2@example.com/foo', '\u03c2', 'example.com', 'foo'],
    ['12: a resourcepart of BLACK CHESS KING', 'king@example.com/\u265a', 'king', 'example.com', '\u265a'],
    ['13: a domainpart', 'example.com', undefined, 'example.com', undefined],
    ['14: a domainpart and resourcepart', 'example.com/foobar', undefined, 'example.com', 'foobar'],
    [
      '15: a resourcepart that looks like a JID',
      'a.example.com/b@example.net',
      undefined,
      'a.example.com',
      'b@example.net',
    ],
    // Table 2 prints it as example 18, but OpaqueString has no rule against it, and servers take it.
    ['18: leading space in resourcepart', 'juliet@example.com/ foo', 'juliet', 'example.com', ' foo'],
  ])('§3.5 %s', (_, text, local, domain, resource) => {
    const address = parseJid(text);
    expect([address.local, address.domain, address.resource]).toEqual([local, domain, resource]);
    expect(parseJid(address.toString())).toEqual(address);
  });
});

describe('RFC 7622 §3.5, table 2: no JIDs', () => {
  test.each([
    ['16: quotation marks in localpart', '"juliet"@example.com', 'local', 'U+0022 at index 0'],
    ['17: space in localpart', 'foo bar@example.com', 'local', 'U+0020 at index 3'],
    ['19: zero-length localpart and resourcepart', '@example.com/', 'local', 'is empty'],
    ['20: ROMAN NUMERAL FOUR has a compatibility equivalent', 'henry\u2163@example.com', 'local', 'U+2173 at index 5'],
    ['21: a localpart with a symbol', '\u265a@example.com', 'local', 'U+265A at index 0'],
    ['22: localpart without domainpart', 'juliet@', 'domain', 'is empty'],
    ['23: resourcepart without domainpart', '/foobar', 'domain', 'is empty'],
  ])('§3.5 %s', (_, text, part, message) => {
    expect(faultOf(text)).toMatchObject({ code: 'ERR_XMPP_JID', part });
    expect(faultOf(text).message).toContain(message);
  });
});

describe('RFC 7622 §3.1 splitting', () => {
  test.each([
    ['a@b/c/d', 'a', 'b', 'c/d'],
    ['a@b//', 'a', 'b', '/'],
    ['b/c@d', undefined, 'b', 'c@d'],
    ['b/@', undefined, 'b', '@'],
  ])('%s', (text, local, domain, resource) => {
    expect(parseJid(text)).toMatchObject({ local, domain, resource });
  });

  test.each(['', '@', '/', '@/', 'a@/b', '@b', 'b/', 'a@b/', '.', 'a@.', 'a@b@c', 'a@b@c/d@e/f'])(
    'refuses %j',
    (text) => {
      expect(tryParseJid(text)).toBeUndefined();
      expect(faultOf(text)).toBeInstanceOf(XmppError);
    },
  );
});

describe('RFC 7622 §3.2 to §3.4 lengths in octets of UTF-8', () => {
  const domainOf = (octets: number): string => `${'a.'.repeat(octets)}`.slice(0, octets - 1) + 'b';
  test.each(['a', '\u00e9', '\u6f22', '\u{1f642}'])('of %s: 1023 octets pass, more do not', (char) => {
    const octets = new TextEncoder().encode(char).length;
    const most = char.repeat(Math.floor(1023 / octets));
    expect(parseJid(`a@b/${most}`).resource).toBe(most);
    expect(faultOf(`a@b/${most}${char}`)).toMatchObject({ part: 'resource' });
    if (octets === 4) return;
    expect(parseJid(`${most}@b`).local).toBe(most);
    expect(faultOf(`${most}${char}@b`)).toMatchObject({ part: 'local' });
  });

  test('the domain part', () => {
    expect(parseJid(domainOf(1023)).domain).toHaveLength(1023);
    expect(faultOf(domainOf(1025))).toMatchObject({ part: 'domain' });
  });

  test('§3.3 count after the mapping', () => {
    expect(parseJid(`${'e\u0301'.repeat(500)}@b`).local).toBe('\u00e9'.repeat(500));
  });
});

describe('RFC 7622 §3.4 resourcepart', () => {
  test.each([
    ['keeps case', 'Ab\u00c9', 'Ab\u00c9'],
    ['maps other spaces to SPACE', 'a\u00a0b\u2003c\u3000d', 'a b c d'],
    ['composes', 'e\u0301', '\u00e9'],
    ['keeps width', '\uff21', '\uff21'],
    ['keeps symbols, punctuation and emoji', '\u2318 \u00a7 \u{1f642}!', '\u2318 \u00a7 \u{1f642}!'],
  ])('%s', (_, given, kept) => {
    expect(parseJid(`a@b/${given}`).resource).toBe(kept);
  });

  test.each([
    ['NUL', '\0'],
    ['tab', 'a\tb'],
    ['line feed', 'a\n'],
    ['delete', '\x7f'],
    ['C1 control', '\x85'],
    ['line separator', '\u2028'],
    ['lone high surrogate', 'a\ud800'],
    ['lone low surrogate', '\udc00a'],
    ['noncharacter', '\ufffe'],
    ['private use', '\ue000'],
    ['unassigned', '\u0378'],
    ['zero width space', '\u200b'],
    ['right-to-left override', 'a\u202eb'],
    ['soft hyphen', 'a\u00ad'],
    ['byte order mark', '\ufeff'],
    ['variation selector', '\u2764\ufe0f'],
    ['Hangul filler', '\u3164'],
    ['tag', '\u{e0041}'],
  ])('refuses %s', (_, resource) => {
    expect(faultOf(`a@b/${resource}`)).toMatchObject({ part: 'resource' });
    expect(faultOf(`a${resource}@b`)).toBeInstanceOf(JidError);
  });
});

describe('Jid', () => {
  test('bare() is cached, and the address itself when it has no resource', () => {
    const full = parseJid('a@b/c');
    expect(full.bare()).toBe(full.bare());
    expect(full.bare().toString()).toBe('a@b');
    expect(full.bare().bare()).toBe(full.bare());
    expect([full.isBare, full.bare().isBare, parseJid('b/c').bare().toString()]).toEqual([false, true, 'b']);
  });

  test('withResource() prepares the resource', () => {
    expect(parseJid('A@b/c').withResource('d\u00a0/@').toString()).toBe('a@b/d /@');
    expect(parseJid('b').withResource('x')).toMatchObject({ local: undefined, domain: 'b', resource: 'x' });
    expect(() => parseJid('a@b').withResource('')).toThrow(JidError);
    expect(() => parseJid('a@b').withResource('\0')).toThrow(JidError);
  });

  test('equals() compares canonical forms', () => {
    const address = parseJid('stra\u00dfe@xn--fa-hia.de/X');
    expect(address.equals('STRA\u1e9eE@FA\u1e9e.de/X')).toBe(true);
    expect(address.equals(parseJid('stra\u00dfe@fa\u00df.de/X'))).toBe(true);
    expect(address.equals('stra\u00dfe@fa\u00df.de/x')).toBe(false);
    expect(address.equals('not an address@')).toBe(false);
    expect(address.equals(address.bare())).toBe(false);
  });

  test('is written as text by String, JSON and templates', () => {
    const address = parseJid('A@B/C');
    expect([String(address), `${address}`, JSON.stringify({ address })]).toEqual([
      'a@b/C',
      'a@b/C',
      '{"address":"a@b/C"}',
    ]);
  });

  test('cannot be changed, for parsed addresses are shared', () => {
    const address = parseJid('a@b/c');
    expect(() => Object.assign(address, { domain: 'evil' })).toThrow(TypeError);
    expect(parseJid('a@b/c').domain).toBe('b');
  });

  test('instanceof holds across two copies of the module, and not for look-alikes', async () => {
    vi.resetModules();
    const other = await import('./index.ts');
    expect(other.Jid).not.toBe(Jid);
    expect(other.parseJid('a@b')).toBeInstanceOf(Jid);
    expect(parseJid('a@b')).toBeInstanceOf(other.Jid);
    expect(parseJid('a@b').equals(other.parseJid('a@b') as unknown as Jid)).toBe(true);
    let fault: unknown;
    try {
      other.parseJid('@');
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(JidError);
    const lookAlike: unknown = JSON.parse(
      '{"local":"a","domain":"b","constructor":{"brand":"Jid"},"__proto__":{"brand":"Jid"}}',
    );
    expect([lookAlike, null, undefined, 'a@b', Object.create(null), {}].some((value) => value instanceof Jid)).toBe(
      false,
    );
  });

  test('jid() takes both', () => {
    const address = parseJid('a@b');
    expect(jid(address)).toBe(address);
    expect(jid('A@b').equals(address)).toBe(true);
  });

  test('createJid() never moves a boundary between parts', () => {
    expect(createJid({ local: 'A', domain: 'B', resource: 'c@d/e' }).toString()).toBe('a@b/c@d/e');
    expect(createJid({ domain: 'b' })).toEqual(parseJid('b'));
    const wrong = [
      { local: 'evil/x', domain: 'b' },
      { local: 'evil@x', domain: 'b' },
      { local: '', domain: 'b' },
      { domain: 'b/c' },
      { domain: 'a@b' },
      { domain: 'b', resource: '' },
      { domain: '' },
    ];
    for (const parts of wrong) expect(() => createJid(parts), JSON.stringify(parts)).toThrow(JidError);
  });

  test('bareOf() cuts at the first slash', () => {
    expect(['a@b/c/d', 'a@b', 'b/@', ''].map(bareOf)).toEqual(['a@b', 'a@b', 'b', '']);
  });
});

describe('lenient', () => {
  test.each(['I\u2665xmpp@example.com/\u2764\u{1fffd}', 'example.com/a\u00b7b', '\u05d0a@b'])('takes %s', (text) => {
    expect(tryParseJid(text)).toBeUndefined();
    const address = parseJid(text, { lenient: true });
    expect(parseJid(address.toString(), { lenient: true })).toEqual(address);
  });

  test.each([
    'a b@c',
    'a"@c',
    '@c',
    'a@',
    'a@b/',
    'a@b/\0',
    'a\u202eb@c',
    'a@b/\ud800',
    'a\uff0fb@c',
    'a@b c',
    'a@b\u2044c',
    'a@\u2603.net',
    'a@b@c',
  ])('still refuses %j', (text) => {
    expect(tryParseJid(text, { lenient: true })).toBeUndefined();
  });

  test('what it took is not taken from the cache when asked strictly', () => {
    parseJid('\u265b@example.com', { lenient: true });
    expect(tryParseJid('\u265b@example.com')).toBeUndefined();
  });
});

describe('the cache', () => {
  test('the same text gives the same object, after more addresses than it holds an equal one', () => {
    const first = parseJid('first@example.com/x');
    const kept = parseJid('kept@example.com/x');
    expect(parseJid('first@example.com/x')).toBe(first);
    for (let i = 0; i < 5000; i++) {
      parseJid(`user${i}@example.com/x`);
      parseJid('kept@example.com/x');
    }
    expect(parseJid('kept@example.com/x')).toBe(kept);
    expect(parseJid('first@example.com/x')).not.toBe(first);
    expect(parseJid('first@example.com/x')).toEqual(first);
  });
});

describe('hostile input', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(
        fc.constantFrom(
          ...'aZ9@/.-_:[]% \0\u00e9\u0301\u05d0\u0661\u200c\u200d\u094d\u00b7\u3002\uff0e\uff21\ud800\udc00\u00df',
        ),
        { maxLength: 20 },
      )
      .map((chars) => chars.join('')),
    fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 9 }), fc.string({ unit: 'grapheme', maxLength: 9 }))
      .map(([a, b]) => `${a}@xn--${b}/${a}`),
  );

  test('parsing gives an address that reads back as itself, or throws JidError', () => {
    fc.assert(
      fc.property(text, fc.boolean(), (input, lenient) => {
        const address = tryParseJid(input, { lenient });
        if (!address) return;
        const again = parseJid(address.toString(), { lenient });
        expect(again.toString()).toBe(address.toString());
        expect(again.equals(address)).toBe(true);
        expect(createJidOrLenient(address, lenient)).toBe(address.toString());
      }),
      { numRuns: 5000 },
    );
  });

  function createJidOrLenient(address: Jid, lenient: boolean): string {
    if (!lenient) return createJid(address).toString();
    const local = address.local === undefined ? '' : `${address.local}@`;
    return `${local}${address.domain}${address.resource === undefined ? '' : `/${address.resource}`}`;
  }

  test.each([
    ['letters', 'a'],
    ['at-signs', '@'],
    ['slashes', '/'],
    ['dots', '.'],
    ['hyphens', '-'],
    ['labels', 'a.'],
    ['A-labels', 'xn--a.'],
    ['marks', '\u0301'],
    ['non-joiners', '\u200c'],
    ['letters and non-joiners', '\u0628\u0301\u200c'],
    ['middle dots', 'l\u00b7'],
    ['Katakana dots', '\u30fb'],
    ['Hebrew', '\u05d0'],
    ['wide letters', '\uff21'],
    ['lone surrogates', '\ud800'],
    ['spaces', ' '],
  ])('a megabyte of %s is refused in no time', (_, piece) => {
    const megabyte = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const started = performance.now();
    for (const input of [megabyte, `${megabyte}@b`, `a@${megabyte}`, `a@b/${megabyte}`]) {
      const fault = tryParseJid(input) ?? faultOf(input);
      expect(fault).toBeInstanceOf(JidError);
      expect((fault as JidError).message.length).toBeLessThan(600);
    }
    // The longest text that is mapped at all, in each part.
    const mapped = megabyte.slice(0, 4092);
    for (const input of [`${mapped}@b`, `a@${mapped}`, `a@b/${mapped}`]) tryParseJid(input);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
