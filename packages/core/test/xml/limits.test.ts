import { describe, expect, test } from 'vitest';
import { XmlError } from '../../src/xml/errors.ts';
import type { XmlLimits } from '../../src/xml/limits.ts';
import { parseElement } from '../../src/xml/parse-element.ts';
import { createStreamParser } from '../../src/xml/stream-parser.ts';
import { HEADER } from './documents.ts';

const open = (limits?: Partial<XmlLimits>, onElement: () => void = () => {}) => {
  const parser = createStreamParser({ onOpen() {}, onElement, onClose() {} }, limits === undefined ? {} : { limits });
  parser.write(HEADER);
  return parser;
};
const condition = (work: () => void): string | undefined => {
  try {
    work();
  } catch (error) {
    if (error instanceof XmlError) return error.condition;
    throw error;
  }
  return undefined;
};

test('an unterminated body of 200 MB fails at maxBytes', () => {
  const parser = open();
  const piece = new TextEncoder().encode('x'.repeat(1024 * 1024));
  parser.write('<message><body>');
  let written = 0;
  expect(
    condition(() => {
      for (; written < 200; written++) parser.write(piece);
    }),
  ).toBe('policy-violation');
  expect(written).toBe(7);
});

test('a header without an end fails at maxBytes', () => {
  const parser = createStreamParser({ onOpen() {}, onElement() {}, onClose() {} }, { limits: { maxBytes: 1000 } });
  expect(condition(() => parser.write(`<stream:stream a='${'x'.repeat(1000)}`))).toBe('policy-violation');
});

test('maxBytes is exact, however the bytes arrive', () => {
  const stanza = `<a>${'é'.repeat(20)}</a>`;
  const bytes = new TextEncoder().encode(stanza);
  for (const size of [1, 7, 100]) {
    for (const [maxBytes, result] of [
      [bytes.length, undefined],
      [bytes.length - 1, 'policy-violation'],
    ] as const) {
      const parser = createStreamParser(
        { onOpen() {}, onElement() {}, onClose() {} },
        { fragments: true, limits: { maxBytes } },
      );
      const write = () => {
        for (let at = 0; at < bytes.length; at += size) parser.write(bytes.subarray(at, at + size));
      };
      expect(condition(write)).toBe(result);
    }
  }
  expect(condition(() => parseElement(stanza, { limits: { maxBytes: bytes.length } }))).toBeUndefined();
  expect(condition(() => parseElement(stanza, { limits: { maxBytes: bytes.length - 1 } }))).toBe('policy-violation');
});

test('200,000 levels fail at maxDepth, before the stanza is complete', () => {
  const parser = open();
  expect(condition(() => parser.write('<a>'.repeat(200_000)))).toBe('policy-violation');
  expect(condition(() => parseElement('<a>'.repeat(200_000) + '</a>'.repeat(200_000)))).toBe('policy-violation');
});

test('a limit may be high: depth costs no stack', () => {
  let count = 0;
  const parser = open({ maxDepth: 200_000 }, () => count++);
  parser.write('<a>'.repeat(100_000) + '</a>'.repeat(100_000));
  expect(count).toBe(1);
});

test('maxDepth counts the element itself', () => {
  expect(condition(() => open({ maxDepth: 2 }).write('<a><b/></a>'))).toBeUndefined();
  expect(condition(() => open({ maxDepth: 2 }).write('<a><b><c/></b></a>'))).toBe('policy-violation');
  expect(condition(() => open({ maxDepth: 2 }).write('<a><b><c>'))).toBe('policy-violation');
});

test('attributes', () => {
  const many = (count: number) => `<a ${Array.from({ length: count }, (_, i) => `a${i}=''`).join(' ')}/>`;
  expect(condition(() => open().write(many(256)))).toBeUndefined();
  expect(condition(() => open().write(many(257)))).toBe('policy-violation');
  expect(condition(() => open().write(many(500_000)))).toBe('policy-violation');
});

test('children, elements and texts, at all depths together', () => {
  const limits = { maxChildren: 4 };
  expect(condition(() => parseElement('<a>t<b>t</b><b/></a>', { limits }))).toBeUndefined();
  expect(condition(() => parseElement('<a>t<b>t</b><b/>t</a>', { limits }))).toBe('policy-violation');
  expect(condition(() => parseElement('<a>t<b>t</b><b/><c></c></a>', { limits }))).toBe('policy-violation');
  expect(condition(() => open().write(`<a>${'<b/>'.repeat(100_000)}</a>`))).toBeUndefined();
  expect(condition(() => open().write(`<a>${'<b/>'.repeat(100_001)}</a>`))).toBe('policy-violation');
});

test('white space between stanzas does not accumulate', () => {
  let count = 0;
  const parser = open({ maxBytes: 300 }, () => count++);
  for (let i = 0; i < 2000; i++) parser.write(' \n');
  parser.write('<a/>');
  expect(count).toBe(1);
});

describe('no quadratic time', () => {
  const time = (stanza: Uint8Array, size: number): number => {
    let best = Infinity;
    for (let round = 0; round < 3; round++) {
      let count = 0;
      const parser = open({}, () => count++);
      const start = performance.now();
      for (let at = 0; at < stanza.length; at += size) parser.write(stanza.subarray(at, at + size));
      best = Math.min(best, performance.now() - start);
      expect(count).toBe(1);
    }
    return best;
  };
  const stanza = (bytes: number): Uint8Array =>
    new TextEncoder().encode(`<message><body>${'x&amp;y '.repeat(bytes / 8)}</body></message>`);

  // Four times the input may take four times the time; sixteen times would be quadratic.
  test.each([
    [1024, 4 * 1024 * 1024],
    [1, 256 * 1024],
  ])('pieces of %i bytes, %i in all', (size, bytes) => {
    time(stanza(bytes / 4), size);
    expect(time(stanza(bytes), size)).toBeLessThan(10 * time(stanza(bytes / 4), size) + 5);
  });
});
