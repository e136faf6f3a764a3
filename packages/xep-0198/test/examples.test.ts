import type { Element } from '@xeps/core';
import { jid } from '@xeps/core/jid';
import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import type { StreamContext } from '@xeps/stream';
import { expect, test } from 'vitest';
import { createStreamManagement, decodeEnabled, decodeFailed, decodeHandled, NS_SM } from '../src/index.ts';
import { testJournal } from './journal.ts';
import { manualClock } from './manual-clock.ts';

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

test('§9 the printed inline examples are asked for and answered', async () => {
  const failures: string[] = [];
  const stored = { id: 'some-long-sm-id', jid: 'user@example.com/old', inbound: 3, outbound: 0, unacked: [] };
  const stanza = { kind: 'message', text: '<message/>' } as const;
  const given = () =>
    createStreamManagement({
      clock: manualClock(),
      journal: testJournal({ ...stored, unacked: [{ stanza, time: 0 }] }),
      onFailed: ({ reason, condition }) => failures.push(`${reason}: ${condition}`),
    });
  const stream = { domain: 'example.com', jid: jid('user@example.com/resource') } as StreamContext;
  for (const { caption, xml } of examplesOf('0198').filter(({ xml }) => xml.includes('urn:xmpp:sasl:2'))) {
    const management = given();
    const element = parseElement(
      xml.replaceAll(/"some-sequence-number"/g, '"3"').replaceAll("'another-sequence-number'", "'1'"),
      { xmlns: 'jabber:client', prefixes: new Map([['stream', 'http://etherx.jabber.org/streams']]) },
    );
    const child = (parent: Element | undefined, name: string): Element | undefined =>
      parent?.getChildElements().find((found) => found.name === name);
    if (element.name === 'features') {
      const sm = child(child(child(element, 'authentication'), 'inline'), 'sm');
      expect(String(await management.resumption.request({ get: () => sm }, stream))).toBe(
        '<resume xmlns="urn:xmpp:sm:3" h="3" previd="some-long-sm-id"/>',
      );
    } else if (element.name === 'authenticate') {
      expect(child(element, 'resume')?.attrs).toEqual({ xmlns: NS_SM, h: '3', previd: 'some-long-sm-id' });
    } else {
      management.resumption.answered(element, stream);
      expect(management.takeLost(), caption).toEqual([]);
      if (!caption.endsWith('resume stream')) management.enabling.answered(child(element, 'bound')!, stream);
    }
  }
  expect(failures).toEqual(
    examplesOf('0198').length === 0
      ? []
      : ['resume: item-not-found', 'resume: item-not-found', 'enable: internal-server-error'],
  );
});
