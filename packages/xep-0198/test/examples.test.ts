import type { Element } from '@xeps/core';
import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { expect, test } from 'vitest';
import { decodeEnabled, decodeFailed, decodeHandled, NS_SM } from '../src/index.ts';

/** The elements of stream management in a printed example, which may be several elements or part of a stream. */
function found(xml: string): Element[] {
  const printed = xml.replaceAll(/<!--.*?-->/gs, '');
  return [...printed.matchAll(/<(enabled|resumed|failed|a)\s[^>]*?(?:\/>|>.*?<\/\1>)/gs)]
    .map((match) => match[0])
    .filter((text) => text.includes(NS_SM))
    .map((text) => parseElement(text));
}

/** Printed with words where numbers belong. */
const placeholders = /h=['"](?:some|another)-sequence-number['"]/;

test('the printed examples are read', () => {
  const examples = examplesOf('0198').filter(({ xml }) => !placeholders.test(xml));
  const elements = examples.flatMap(({ xml }) => found(xml));
  for (const element of elements) {
    if (element.name === 'a' || element.name === 'resumed') expect(decodeHandled(element)).toBeGreaterThanOrEqual(0);
    if (element.name === 'failed')
      expect(decodeFailed(element)).toMatch(/^(unexpected-request|item-not-found|internal-server-error)$/);
    if (element.name === 'enabled' && element.attrs['resume'] !== undefined)
      expect(decodeEnabled(element).id).toBe('some-long-sm-id');
  }
  // None where the collection of examples is not beside the repository.
  if (examples.length > 0)
    expect(new Set(elements.map(({ name }) => name))).toEqual(new Set(['enabled', 'failed', 'a']));
});
