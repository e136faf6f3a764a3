import { parseElement } from '@xeps/core/xml';
import type { StreamContext } from '@xeps/stream';
import { decodeAuthentication } from '@xeps/xep-0388';
import { expect, test } from 'vitest';
import { isMismatch, pipelining } from './index.ts';
import type { KnownServer } from './index.ts';

const features = parseElement(
  "<features xmlns='http://etherx.jabber.org/streams'>" +
    "<authentication xmlns='urn:xmpp:sasl:2'><mechanism>SCRAM-SHA-1</mechanism><inline>" +
    "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast></inline></authentication>" +
    "<register xmlns='http://jabber.org/features/iq-register'/>" +
    "<config-version xmlns='urn:xmpp:iap:0' scheme='opaque' value='VGhpcyBpcyBvcGFxdWUh'/></features>",
);
const stream = (framing: 'tcp' | 'websocket', secure = true): StreamContext => ({ framing, secure }) as StreamContext;

function store(known?: KnownServer) {
  const saved: (KnownServer | undefined)[] = [];
  return {
    saved,
    load: () => (saved.length > 0 ? saved.at(-1) : known),
    save: (server: KnownServer | undefined) => void saved.push(server),
  };
}

test('§2.1 the features are kept, and known again on a stream of the same kind alone', () => {
  const kept = store();
  const quick = pipelining(kept);
  expect(quick.remembered(stream('tcp'))).toBeUndefined();
  quick.remember(features, stream('tcp'));
  const again = quick.remembered(stream('tcp'))!;
  expect(decodeAuthentication(again)).toMatchObject({ mechanisms: ['SCRAM-SHA-1'] });
  expect(decodeAuthentication(again)?.inline.get('urn:xmpp:fast:0')?.getChildText('mechanism')).toBe('HT-SHA-256-NONE');
  expect(again.getChild('register')).toBeUndefined();
  expect(quick.remembered(stream('websocket'))).toBeUndefined();
  expect(quick.remembered(stream('tcp', false))).toBeUndefined();
  quick.remember(features, stream('tcp'));
  expect(kept.saved).toHaveLength(1);
  quick.forget();
  expect(quick.remembered(stream('tcp'))).toBeUndefined();
});

test('§2.2 the version goes back as it came, with its scheme or without', () => {
  const quick = pipelining(store());
  expect(String(quick.request(features))).toBe(
    '<config-version xmlns="urn:xmpp:iap:0" scheme="opaque" value="VGhpcyBpcyBvcGFxdWUh"/>',
  );
  const bare = (attributes: string) =>
    parseElement(`<features><config-version xmlns='urn:xmpp:iap:0'${attributes}/></features>`);
  expect(String(quick.request(bare(" value='x'")))).toBe('<config-version xmlns="urn:xmpp:iap:0" value="x"/>');
  expect(quick.request(bare(''))).toBeUndefined();
  expect(quick.request(parseElement('<features/>'))).toBeUndefined();
});

test('§2.2 a mismatch is told from any other failure', () => {
  const failure = (content: string) => parseElement(`<failure xmlns='urn:xmpp:sasl:2'>${content}</failure>`);
  const aborted = "<aborted xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
  expect(isMismatch(failure(`${aborted}<config-version-mismatch xmlns='urn:xmpp:iap:0'/>`))).toBe(true);
  expect(isMismatch(failure(aborted))).toBe(false);
  expect(isMismatch(failure('<config-version-mismatch/>'))).toBe(false);
});

test('what was kept and is broken, or too long, is forgotten', () => {
  const broken = store({ framing: 'tcp', secure: true, features: '<features' });
  expect(pipelining(broken).remembered(stream('tcp'))).toBeUndefined();
  expect(broken.saved).toEqual([undefined]);
  const long = store();
  const authentication = `<authentication xmlns='urn:xmpp:sasl:2'>${'<mechanism>X-Y</mechanism>'.repeat(2_000)}</authentication>`;
  pipelining(long).remember(
    parseElement(`<features xmlns='http://etherx.jabber.org/streams'>${authentication}</features>`),
    stream('tcp'),
  );
  expect(long.saved).toEqual([undefined]);
});
