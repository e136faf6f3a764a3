import { parseElement, serialize } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { createElement, NS_STREAM } from '@xeps/stream';
import type { InlineFeature, InlineOffer, StreamContext } from '@xeps/stream';
import { decodeAuthentication } from '@xeps/xep-0388';
import { expect, test } from 'vitest';
import { bind2, NS_BIND2 } from '../src/index.ts';

const stream = {} as StreamContext;
const examples = examplesOf('0386').map(({ xml }) => parseElement(xml, { prefixes: new Map([['stream', NS_STREAM]]) }));
const enabling = (name: string, xmlns: string): InlineFeature => ({
  name: xmlns,
  request: (offer) => (offer.get(xmlns) === undefined ? undefined : createElement(name, xmlns)),
  answered() {},
});

test('§3.1 and §3.2 what is printed as offered is asked for as printed', async () => {
  const offers: InlineOffer[] = examples.flatMap((element) => decodeAuthentication(element)?.inline ?? []);
  const requests = examples.flatMap((element) =>
    element.name === 'authenticate' ? (element.getChild('bind', NS_BIND2) ?? []) : [],
  );
  // None where the collection of examples is not beside the repository.
  expect([offers.length, requests.length]).toEqual(examples.length === 0 ? [0, 0] : [1, 2]);
  const features = [
    enabling('enable', 'urn:xmpp:carbons:2'),
    enabling('enable', 'urn:xmpp:sm:3'),
    enabling('inactive', 'urn:xmpp:csi:0'),
    enabling('enable', 'urn:example:unheard-of'),
  ];
  for (const offer of offers) {
    for (const [index, inline] of [[], features].entries()) {
      const made = await bind2({ tag: 'AwesomeXMPP', inline }).request(offer, stream);
      expect(serialize(made!)).toBe(serialize(requests[index]!).replaceAll(/\s*([<>])\s*/g, '$1'));
    }
  }
});
