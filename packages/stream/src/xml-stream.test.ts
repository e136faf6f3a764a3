import type { Element, XmppError } from '@xeps/core';
import { parseElement } from '@xeps/core/xml';
import { describe, expect, test } from 'vitest';
import {
  createElement,
  createXmlStream,
  decodeStreamError,
  encodeStreamError,
  NS_STREAM_ERRORS,
  StreamError,
  tcpFraming,
  websocketFraming,
} from './index.ts';
import type { StreamHeader, XmlStream, XmlStreamOptions } from './index.ts';

interface Side {
  readonly stream: XmlStream;
  readonly headers: StreamHeader[];
  readonly elements: Element[];
  readonly closed: (XmppError | undefined)[];
  /** What was written and not yet taken. */
  out: string[];
}

function side(options: Partial<XmlStreamOptions> = {}): Side {
  const self: Omit<Side, 'stream'> = { headers: [], elements: [], closed: [], out: [] };
  const stream = createXmlStream(
    { role: 'client', framing: tcpFraming, peer: 'example.org', ...options },
    {
      write: (text) => void self.out.push(text),
      opened: (header) => void self.headers.push(header),
      element: (element) => void self.elements.push(element),
      closed: (error) => void self.closed.push(error),
    },
  );
  return Object.assign(self, { stream });
}
const take = (from: Side): string => from.out.splice(0).join('');
/** Carries everything that both said to the other, until both are silent. */
function pump(left: Side, right: Side): void {
  while (left.out.length + right.out.length > 0) {
    for (const text of left.out.splice(0)) right.stream.receive(text);
    for (const text of right.out.splice(0)) left.stream.receive(text);
  }
}
const tcpHeader = (attributes: string): string =>
  `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;

describe.each([
  ['TCP', tcpFraming],
  ['WebSocket', websocketFraming],
] as const)('%s: both roles', (_, framing) => {
  const pair = (): [Side, Side] => [side({ framing }), side({ framing, role: 'server' })];
  const opened = (): [Side, Side] => {
    const [client, server] = pair();
    client.stream.open({ to: 'example.org', version: '1.0', lang: 'en' });
    pump(client, server);
    server.stream.open({ from: 'example.org', id: 's1', version: '1.0' });
    pump(client, server);
    return [client, server];
  };

  test('§4.7 headers are exchanged', () => {
    const [client, server] = opened();
    expect(server.headers).toMatchObject([{ to: 'example.org', version: '1.0', lang: 'en' }]);
    expect(client.headers).toMatchObject([{ from: 'example.org', id: 's1' }]);
    expect([client.stream.state, server.stream.state]).toEqual(['open', 'open']);
  });

  test('elements and stanzas arrive with their namespaces', () => {
    const [client, server] = opened();
    server.stream.send(
      createElement('features', 'http://etherx.jabber.org/streams', {}, [createElement('sm', 'urn:xmpp:sm:3')]),
    );
    client.stream.sendStanza({ kind: 'message', text: '<message id="1"><body>x</body></message>' });
    client.stream.sendStanza({ kind: 'presence', text: '<presence/>' });
    pump(client, server);
    expect(client.elements[0]?.is('features', 'http://etherx.jabber.org/streams')).toBe(true);
    expect(server.elements.map((element) => [element.name, element.getNS()])).toEqual([
      ['message', 'jabber:client'],
      ['presence', 'jabber:client'],
    ]);
    expect(server.elements[0]?.getChild('body')?.getNS()).toBe('jabber:client');
  });

  test('§4.4 closing is answered, and both are closed once', () => {
    const [client, server] = opened();
    client.stream.close();
    expect(client.stream.state).toBe('closing');
    pump(client, server);
    expect([client.closed, server.closed]).toEqual([[undefined], [undefined]]);
    client.stream.end();
    client.stream.close();
    server.stream.sendStanza({ kind: 'presence', text: '<presence/>' });
    expect(take(server) + take(client)).toBe('');
  });

  test('§4.9 an error tells the peer, and both end with it', () => {
    const [client, server] = opened();
    server.stream.fail(new StreamError('policy-violation', { text: 'too much' }));
    pump(client, server);
    expect(server.closed).toMatchObject([{ condition: 'policy-violation', by: 'self' }]);
    expect(client.closed).toMatchObject([
      { condition: 'policy-violation', text: 'too much', by: 'peer', retry: 'change' },
    ]);
  });

  test('§4.3.3 a restart begins with new headers', () => {
    const [client, server] = opened();
    client.stream.restart();
    server.stream.restart();
    client.stream.open({ to: 'example.org', version: '1.0' });
    pump(client, server);
    server.stream.open({ from: 'example.org', id: 's2', version: '1.0' });
    pump(client, server);
    expect(client.headers.at(-1)?.id).toBe('s2');
    expect(server.headers).toHaveLength(2);
  });

  test('an end without closing is an error, one while closing is not', () => {
    const [client] = opened();
    client.stream.end();
    expect(client.closed).toMatchObject([{ code: 'ERR_XMPP_DISCONNECTED' }]);
    const [other] = opened();
    other.stream.close();
    other.stream.end();
    expect(other.closed).toEqual([undefined]);
  });

  test('row 12: sizes, depths and numbers are limited', () => {
    const limits = { maxBytes: 1_000, maxDepth: 5, maxAttributes: 4, maxChildren: 10 };
    for (const content of [
      'x'.repeat(2_000),
      '<a>'.repeat(10) + '</a>'.repeat(10),
      '<a/>'.repeat(20),
      "<a b='1' c='1' d='1' e='1' f='1'/>",
    ]) {
      const client = side({ framing, limits });
      client.stream.open({ to: 'example.org', version: '1.0' });
      client.stream.receive(
        framing === tcpFraming
          ? tcpHeader("id='1' version='1.0'")
          : "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='1' version='1.0'/>",
      );
      take(client);
      client.stream.receive(`<message xmlns='jabber:client'>${content}</message>`);
      expect(client.closed).toMatchObject([{ condition: 'policy-violation', by: 'self' }]);
      expect(take(client)).toContain('<policy-violation ');
      expect(client.elements).toEqual([]);
    }
  });
});

describe('§4.7 what a header must be', () => {
  const answered = (text: string, options: Partial<XmlStreamOptions> = {}): Side => {
    const client = side(options);
    client.stream.open({ to: 'example.org', version: '1.0' });
    client.stream.receive(`${text}<stream:features/>`);
    return client;
  };

  test.each([
    ['§4.7.5 no version', tcpHeader("id='1'"), 'unsupported-version'],
    ['§4.7.5 another major version', tcpHeader("id='1' version='2.0'"), 'unsupported-version'],
    ['§4.7.3 no id', tcpHeader("version='1.0'"), 'bad-format'],
    ['§4.7.1 another domain', tcpHeader("id='1' version='1.0' from='evil.example'"), 'invalid-from'],
    [
      '§4.8.1 another stream namespace',
      "<stream:stream xmlns='jabber:client' xmlns:stream='urn:wrong' id='1' version='1.0'>",
      'invalid-namespace',
    ],
    [
      '§4.8.2 another content namespace',
      "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>",
      'invalid-namespace',
    ],
    ['another element', "<html xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", 'bad-format'],
  ])('%s is refused', (_, text, condition) => {
    const client = answered(text);
    expect(client.closed).toMatchObject([{ name: 'StreamError', condition }]);
    expect(client.elements).toEqual([]);
  });

  test('a higher minor version and a domain in capitals are fine', () => {
    const client = answered(tcpHeader("id='1' version='1.1' from='EXAMPLE.org'"));
    expect(client.closed).toEqual([]);
    expect(client.elements).toHaveLength(1);
  });

  test('a server that explains itself is heard, whatever its header lacks', () => {
    const client = side();
    client.stream.open({ to: 'example.org', version: '1.0' });
    client.stream.receive(
      `${tcpHeader("from='other.example'")}<stream:error><host-unknown xmlns='${NS_STREAM_ERRORS}'/></stream:error></stream:stream>`,
    );
    expect(client.closed).toMatchObject([{ condition: 'host-unknown', by: 'peer', retry: 'never' }]);
  });

  test('a server answers a bad header with a header, the error and the end (§4.9.1.2)', () => {
    const server = side({ role: 'server' });
    server.stream.receive(tcpHeader("to='example.org'"));
    expect(take(server)).toMatch(
      /^<\?xml version='1.0'\?><stream:stream [^>]*><stream:error [^>]*><unsupported-version .*<\/stream:error><\/stream:stream>$/,
    );
  });

  test('a header, or an element, before ours was sent is refused', () => {
    for (const text of [tcpHeader("id='1' version='1.0'"), `${tcpHeader("id='1' version='1.0'")}<message/>`]) {
      const client = side();
      client.stream.receive(text);
      expect(client.closed).toMatchObject([{ condition: 'bad-format' }]);
      expect(client.elements).toEqual([]);
    }
  });

  test('garbage instead of a stream is a typed error', () => {
    for (const text of ['HTTP/1.1 400 Bad Request\r\n\r\n', '\u0000\u0001', '<', '</stream:stream>']) {
      const client = side();
      client.stream.open({ to: 'example.org', version: '1.0' });
      client.stream.receive(text);
      client.stream.end();
      expect(client.closed).toHaveLength(1);
      expect(client.closed[0]).toBeDefined();
    }
  });
});

describe('RFC 7395', () => {
  const opened = (): Side => {
    const client = side({ framing: websocketFraming });
    client.stream.open({ to: 'example.org', version: '1.0' });
    client.stream.receive(
      "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='1' version='1.0' from='example.org'/>",
    );
    take(client);
    return client;
  };

  test('§3.4 the opening and the closing frame', () => {
    const client = side({ framing: websocketFraming });
    client.stream.open({ to: 'example.org', version: '1.0' });
    expect(take(client)).toBe("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>");
    const other = opened();
    other.stream.close();
    expect(take(other)).toBe('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  });

  test('§3.3.3 stanzas name their namespace in both directions', () => {
    const client = opened();
    client.stream.sendStanza({ kind: 'iq', text: '<iq id="1"/>' });
    expect(take(client)).toBe('<iq xmlns=\'jabber:client\' id="1"/>');
    client.stream.receive('<message/>');
    expect(client.closed).toMatchObject([{ condition: 'invalid-namespace' }]);
  });

  test('§3.3.3 an error whose prefix the server forgot to declare is heard', () => {
    const client = opened();
    client.stream.receive(`<stream:error><host-unknown xmlns='${NS_STREAM_ERRORS}'/></stream:error>`);
    expect(client.closed).toMatchObject([{ condition: 'host-unknown', by: 'peer' }]);
  });

  test('§3.3 an error is a frame of its own, followed by the closing frame', () => {
    const client = opened();
    client.stream.receive("<message xmlns='jabber:client'>");
    expect(client.out).toHaveLength(2);
    expect(client.out[0]).toMatch(
      /^<stream:error xmlns:stream="http:\/\/etherx.jabber.org\/streams"><not-well-formed /,
    );
    expect(client.out[1]).toBe('<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
  });

  test.each([
    ['two elements in a frame', "<message xmlns='jabber:client'/><message xmlns='jabber:client'/>"],
    ['half an element', "<message xmlns='jabber:client'"],
    ['an empty frame', ''],
    ['bytes that are not UTF-8', new Uint8Array([0x3c, 0xff])],
    ['a comment', '<!-- x -->'],
  ])('%s ends the stream', (_, frame) => {
    const client = opened();
    client.stream.receive(frame);
    expect(client.closed[0]).toBeInstanceOf(StreamError);
    expect(client.elements).toEqual([]);
  });

  test('§3.6.1 see-other-uri', () => {
    const client = opened();
    client.stream.receive(
      "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://other.example/ws'/>",
    );
    expect(client.closed).toMatchObject([
      { condition: 'see-other-host', seeOtherHost: 'wss://other.example/ws', retry: 'change' },
    ]);
  });

  test('prefixed features and errors are read', () => {
    const client = opened();
    client.stream.receive("<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>");
    expect(client.elements[0]?.is('features', 'http://etherx.jabber.org/streams')).toBe(true);
    client.stream.receive(
      `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><reset xmlns='${NS_STREAM_ERRORS}'/></stream:error>`,
    );
    expect(client.closed).toMatchObject([{ condition: 'reset', by: 'peer', retry: 'again' }]);
  });
});

describe('§4.9 stream errors', () => {
  test('round trip with text, application condition and another host', () => {
    const application = createElement('too-many-parameters', 'http://example.org/ns');
    const error = decodeStreamError(
      encodeStreamError(new StreamError('undefined-condition', { text: 'Räuber', application })),
    );
    expect(error).toMatchObject({ condition: 'undefined-condition', text: 'Räuber', by: 'peer' });
    expect(error.application?.name).toBe('too-many-parameters');
    expect(
      decodeStreamError(encodeStreamError(new StreamError('see-other-host', { seeOtherHost: '[2001:db8::1]:5222' })))
        .seeOtherHost,
    ).toBe('[2001:db8::1]:5222');
  });

  test.each([
    [
      'an unknown condition',
      `<error xmlns='http://etherx.jabber.org/streams'><brand-new xmlns='${NS_STREAM_ERRORS}'/></error>`,
    ],
    [
      'a name of Object’s own',
      `<error xmlns='http://etherx.jabber.org/streams'><constructor xmlns='${NS_STREAM_ERRORS}'/></error>`,
    ],
    ['none', "<error xmlns='http://etherx.jabber.org/streams'/>"],
  ])('§4.9.3.21 %s reads as undefined-condition', (_, text) => {
    expect(decodeStreamError(parseElement(text))).toMatchObject({ condition: 'undefined-condition', retry: 'again' });
  });
});
