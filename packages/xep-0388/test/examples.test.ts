import type { Element } from '@xeps/core';
import { createStreamParser, serialize } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { decodeSaslData, decodeSaslFailure } from '@xeps/stream';
import { expect, test } from 'vitest';
import { authenticate, decodeAuthentication, NS_SASL2, response } from '../src/index.ts';

/** The elements of this profile in the printed examples, which are several to one example, and parts of streams. */
const examples = examplesOf('0388');
const elements = examples.flatMap(({ xml }) => {
  const found: Element[] = [];
  const parser = createStreamParser(
    { onOpen() {}, onElement: (element) => void found.push(element), onClose() {} },
    { fragments: true },
  );
  parser.write(new TextEncoder().encode(xml.replaceAll(/<!--.*?-->/gs, '')));
  parser.end();
  return found.filter((element) => element.getNS() === NS_SASL2);
});
const named = (name: string): Element[] => elements.filter((element) => element.name === name);
const bytes = (element: Element | undefined): Uint8Array => decodeSaslData(element?.getText() ?? '');
/** As one text, without the white space that is there for the reader. */
const text = (element: Element): string => serialize(element).replaceAll(/\s*([<>])\s*/g, '$1');

test('the printed examples hold every element of the profile', () => {
  // None where the collection of examples is not beside the repository.
  if (examples.length === 0) return;
  expect(new Set(elements.map(({ name }) => name))).toEqual(
    new Set(['authenticate', 'challenge', 'response', 'success', 'failure', 'continue', 'next', 'task-data']),
  );
});

test('§2.2 the request is written as printed', () => {
  for (const printed of named('authenticate')) {
    const agent = printed.getChild('user-agent')!;
    const made = authenticate(
      printed.attrs['mechanism'] as string,
      bytes(printed.getChild('initial-response')),
      {
        id: agent.attrs['id'] as string,
        software: agent.getChildText('software')!,
        device: agent.getChildText('device')!,
      },
      [],
    );
    expect(text(made)).toBe(text(printed));
  }
});

test('§2.5 challenges are read, and responses written as printed', () => {
  for (const printed of named('challenge')) expect(bytes(printed).length).toBeGreaterThan(30);
  for (const printed of named('response')) expect(text(response(bytes(printed)))).toBe(text(printed));
});

test('§2.6 what ends it is read', () => {
  for (const printed of [...named('success'), ...named('continue')]) {
    const data = printed.getChild('additional-data');
    if (data !== undefined) expect(bytes(data).length).toBeGreaterThan(10);
  }
  for (const printed of named('failure'))
    expect(decodeSaslFailure(printed, 'X', 'example.org')).toMatchObject({
      condition: 'aborted',
      text: 'This is a terrible example.',
    });
});

test('§2.1 an offer', () => {
  // Printed with a stream's header, so that it is not well-formed.
  for (const element of elements) expect(decodeAuthentication(element)).toBeUndefined();
});
