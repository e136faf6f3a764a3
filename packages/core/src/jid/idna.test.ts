import { describe, expect, test } from 'vitest';
import { JidError, parseJid } from './index.ts';

const domainOf = (text: string): string => parseJid(`a@${text}/r`).domain;

describe('RFC 7622 §3.2 domainpart', () => {
  test.each([
    ['a name', 'example.com', 'example.com'],
    ['one label', 'localhost', 'localhost'],
    ['upper case', 'EXAMPLE.Com', 'example.com'],
    ['a final dot is stripped', 'example.com.', 'example.com'],
    ['an ideographic final dot too', 'example.com\u3002', 'example.com'],
    ['IDNA dots are mapped', 'a\u3002b\uff0ec\uff61d', 'a.b.c.d'],
    ['wide letters are mapped', '\uff25\uff38ample.com', 'example.com'],
    ['a U-label', 'b\u00fccher.example', 'b\u00fccher.example'],
    ['a U-label in upper case', 'B\u00dcCHER.example', 'b\u00fccher.example'],
    ['a decomposed U-label', 'bu\u0308cher.example', 'b\u00fccher.example'],
    ['an A-label becomes a U-label', 'xn--bcher-kva.example', 'b\u00fccher.example'],
    ['an A-label in upper case', 'XN--BCHER-KVA.example', 'b\u00fccher.example'],
    ['IDNA2008: sharp s stays', 'fa\u00df.de', 'fa\u00df.de'],
    ['IDNA2008: final sigma stays', '\u03b2\u03cc\u03bb\u03bf\u03c2.com', '\u03b2\u03cc\u03bb\u03bf\u03c2.com'],
    ['two hyphens that are no A-label', 'r3---sn-abc.example', 'r3---sn-abc.example'],
    ['underscores of private networks', 'my_host._tcp', 'my_host._tcp'],
    ['a right-to-left name', '\u05d0\u05d1\u05d2.example', '\u05d0\u05d1\u05d2.example'],
    [
      'RFC 3492 §7.1 (B) Chinese',
      'xn--ihqwcrb4cv8a8dqg056pqjye',
      '\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587',
    ],
    ['RFC 3492 §7.1 (L) Japanese with ASCII', 'xn--3b-ww4c5e180e575a65lsy2b', '3\u5e74b\u7d44\u91d1\u516b\u5148\u751f'],
    ['beyond the BMP', '\u{20000}\u{20001}.example', '\u{20000}\u{20001}.example'],
    ['Katakana middle dot', '\u30a2\u30fb\u30a4.example', '\u30a2\u30fb\u30a4.example'],
    ['virama and joiner', '\u0915\u094d\u200d\u0937.example', '\u0915\u094d\u200d\u0937.example'],
  ])('%s', (_, given, canonical) => {
    expect(domainOf(given)).toBe(canonical);
    expect(domainOf(canonical)).toBe(canonical);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['1', '1'],
    ['0x7f.1', '0x7f.1'],
    ['010.0.0.1', '010.0.0.1'],
    ['999.1.1.1', '999.1.1.1'],
    ['\uff11.\uff12.\uff13.\uff14', '1.2.3.4'],
    ['4294967295', '4294967295'],
  ])('is not taken for another IPv4 address: %s', (given, canonical) => {
    expect(domainOf(given)).toBe(canonical);
  });

  test.each([
    ['[::1]', '[::1]'],
    ['[2001:DB8:0:0:0:0:0:1]', '[2001:db8::1]'],
    ['[::ffff:192.0.2.1]', '[::ffff:c000:201]'],
  ])('IPv6 in the form of RFC 5952: %s', (given, canonical) => {
    expect(domainOf(given)).toBe(canonical);
  });

  test.each(['[::1', '::1', '[]', '[1.2.3.4]', '[::1%25eth0]', '[::1]:5222', '[:::1]', 'a[::1]', '[12345::]'])(
    'refuses the literal %s',
    (given) => {
      expect(() => domainOf(given)).toThrow(JidError);
    },
  );

  test.each([
    ['empty label', 'a..b'],
    ['leading dot', '.a'],
    ['two final dots', 'a..'],
    ['only dots', '\u3002\u3002'],
    ['leading hyphen', '-a.b'],
    ['final hyphen', 'a-.b'],
    ['final hyphen after a letter beyond ASCII', '\u00e9-'],
    ['hyphens that only A-labels have', '\u00e9a--b'],
    ['leading hyphen before a letter beyond ASCII', '-\u00e9'],
    ['label of 64 octets', `${'a'.repeat(64)}.b`],
    ['U-label of 64 octets as A-label', `${'\u00e9'.repeat(60)}.b`],
    ['space', 'a b'],
    ['tab that a URL drops', 'a\tb\u00e9'],
    ['line feed that a URL drops', '\u00e9\n'],
    ['leading space that a URL trims', ' \u00e9'],
    ['percent-encoding', '\u00e9%41'],
    ['a wide percent sign', '\u00e9\uff0541'],
    ['port', '\u00e9:80'],
    ['wide colon', '\u00e9\uff1a80'],
    ['wide at-sign', 'a\uff20\u00e9'],
    ['wide slash', '\u00e9\uff0fb'],
    ['backslash', '\u00e9\\b'],
    ['question mark', '\u00e9?b'],
    ['number sign', '\u00e9#b'],
    ['wide quotation mark', '\u00e9\uff02'],
    ['exclamation mark', 'a!b'],
    ['control', 'a\x01b'],
    ['symbol', '\u2603.net'],
    ['emoji', 'i\u2764.ws'],
    ['lone surrogate', 'a\ud800b'],
    ['replacement character', '\ufffd'],
    ['only a soft hyphen', '\u00ad'],
    ['full stop look-alike that maps to more', '\u2488\u00e9'],
    ['A-label of nothing', 'xn--'],
    ['A-label of ASCII', 'xn--a'],
    ['A-label of ASCII with delimiter', 'xn--a-'],
    ['A-label with digits cut off', 'xn--bcher-kv'],
    ['A-label out of range', 'xn--99999999'],
    ['A-label with a character that is no digit', 'xn--a_b_c'],
    ['A-label of an upper-case letter', 'xn--bcher-2pa'],
    ['A-label of a symbol', 'xn--n3h'],
    ['RFC 3492 §7.1 (A), which ends in a question mark', 'xn--egbpdaj6bu4bxfgehfvwxn'],
    ['A-label that is not in NFC', 'xn--bucher-xyd'],
    ['A-label in a U-label', 'xn--\u00e9'],
    ['bidi: right-to-left label with left-to-right letters', '\u05d0a.example'],
    ['bidi: label that begins with a digit', '9\u05d0.example'],
    ['bidi: two kinds of digits', '\u0627\u0661\u06f1'],
    ['leading combining mark', '\u0301a.example'],
    ['stray joiner', 'a\u200db.example'],
    ['stray non-joiner', 'a\u200cb.example'],
    ['Katakana middle dot alone', '\u30fb.example'],
    ['middle dot outside l·l', 'a\u00b7b.example'],
  ])('refuses %s', (_, given) => {
    expect(() => domainOf(given)).toThrow(JidError);
  });

  test('names the character and its place', () => {
    expect(() => domainOf('ab cd')).toThrow(/domain part "ab cd".*U\+0020 at index 2/);
  });

  test('every letter and digit of the BMP that is a label reads back as the same label', () => {
    let taken = 0;
    for (let code = 0x80; code < 0xffff; code++) {
      const char = String.fromCharCode(code);
      if (!/[\p{L}\p{Nd}]/u.test(char)) continue;
      let domain: string;
      try {
        domain = domainOf(`${char}.example`);
      } catch (error) {
        expect(error).toBeInstanceOf(JidError);
        continue;
      }
      taken++;
      if (domainOf(domain) !== domain) expect.fail(`U+${code.toString(16)} gives ${domain}`);
    }
    expect(taken).toBeGreaterThan(40_000);
  });
});
