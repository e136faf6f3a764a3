import { Element } from '@xeps/core';
import { describe, expect, test, vi } from 'vitest';
import {
  bound,
  features,
  header,
  proceed,
  saslFeature,
  scripted,
  settle,
  signIn,
  success,
  tlsFeature,
  untilBind,
} from '../test/harness.ts';
import type { Scripted } from '../test/harness.ts';
import { bind, encodeStanza, NegotiationError, plain, sasl, SaslError, starttls, StreamError } from './index.ts';
import type { StreamContext, StreamModule, TlsChannel } from './index.ts';

const encoder = new TextEncoder();
const message = (body: string): string => `<message from='romeo@example.net' id='m1'><body>${body}</body></message>`;

describe('signing in', () => {
  test('§7.6.1 SASL and bind, then stanzas in both directions', async () => {
    const script = scripted();
    await signIn(script);
    expect(String(script.online[0]?.jid)).toBe('juliet@example.org/balcony');
    expect(script.stream.state).toBe('online');
    await script.say(message('hello'));
    expect(script.stanzas.map((stanza) => stanza.getChildText('body'))).toEqual(['hello']);
    expect(script.stream.send(encodeStanza(new Element('message', { to: 'romeo@example.net' })))).toBe(true);
    expect(script.written()).toBe('<message to="romeo@example.net"/>');
  });

  test('the header names the domain, version and, under TLS, the account', async () => {
    const script = scripted();
    script.stream.start();
    expect(script.written()).toBe(
      "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' from='juliet@example.org' to='example.org' version='1.0'>",
    );
    const clear = scripted({ secure: false });
    clear.stream.start();
    expect(clear.written()).not.toContain('juliet');
    const trusted = scripted({ secure: false, allowInsecure: true });
    trusted.stream.start();
    expect(trusted.written()).toContain("from='juliet@example.org'");
  });

  test('row 1: any division of the bytes gives the same stanzas, characters of four bytes included', async () => {
    const body = 'ä€😀 <![CDATA[x]]> &amp;'.repeat(3);
    const bytes = encoder.encode(message(body) + message(body));
    for (let size = 1; size < bytes.length; size += 7) {
      const script = scripted();
      await signIn(script);
      for (let at = 0; at < bytes.length; at += size) script.stream.receive(bytes.subarray(at, at + size));
      expect(script.stanzas.map((stanza) => stanza.getChildText('body'))).toEqual([
        'ä€😀 x &'.repeat(3),
        'ä€😀 x &'.repeat(3),
      ]);
    }
  });

  test('row 4: answers that come in one piece with what they follow are not missed', async () => {
    const script = scripted();
    const id = await untilBind(script);
    await script.say(bound(id) + message('a') + message('b'));
    expect(script.online).toHaveLength(1);
    expect(script.stanzas).toHaveLength(2);
  });

  test('what a closing listener leaves behind is still delivered once, and nothing after the end', async () => {
    const script = scripted();
    await signIn(script);
    script.stream.close();
    expect(script.written()).toBe('</stream:stream>');
    await script.say(`${message('last')}</stream:stream>${message('late')}`);
    expect(script.stanzas).toHaveLength(1);
    expect(script.closed).toEqual([undefined]);
    await script.say('<<<garbage');
    script.stream.end();
    expect(script.closed).toHaveLength(1);
  });

  test('§6.5 refused credentials are a SaslError with the condition and the text', async () => {
    const script = scripted();
    script.stream.start();
    await script.say(header() + features(saslFeature));
    await script.say(
      "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/><text>Call us</text></failure>",
    );
    expect(script.closed[0]).toBeInstanceOf(SaslError);
    expect(script.closed[0]).toMatchObject({ condition: 'account-disabled', text: 'Call us' });
    expect(script.closed[0]?.message).toContain('example.org');
  });

  test('§6.4.4 a challenge that makes no sense is answered with abort', async () => {
    const script = scripted();
    script.stream.start();
    await script.say(header() + features(saslFeature));
    script.written();
    await script.say("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>AAAA</challenge>");
    expect(script.written()).toContain('<abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>');
    expect(script.closed[0]).toBeInstanceOf(SaslError);
  });

  test.each([
    [
      'an error',
      (id: string) =>
        `<iq type='error' id='${id}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`,
      /conflict/,
    ],
    ['row 11: an error without <error/>', (id: string) => `<iq type='error' id='${id}'/>`, /undefined-condition/],
    ['an address of another domain', (id: string) => bound(id, 'juliet@evil.example/x'), /evil/],
    ['a bare address', (id: string) => bound(id, 'juliet@example.org'), /full address/],
    ['no address', (id: string) => `<iq type='result' id='${id}'/>`, /full address/],
  ])('§7.7 binding answered with %s is an error', async (_, answer, text) => {
    const script = scripted();
    await script.say('');
    await script.say(answer(await untilBind(script)));
    expect(script.closed[0]).toBeInstanceOf(NegotiationError);
    expect(script.closed[0]?.message).toMatch(text);
    expect(script.online).toEqual([]);
  });

  test('features with nothing to go on with say what was offered', async () => {
    const script = scripted();
    script.stream.start();
    await script.say(header() + features("<auth xmlns='http://jabber.org/features/iq-auth'/>"));
    expect(script.closed[0]).toMatchObject({
      reason: 'nothing-to-do',
      message: expect.stringContaining('iq-auth') as string,
    });
  });
});

describe('modules', () => {
  const early = (told: (stream: StreamContext) => void = () => {}): StreamModule => ({
    name: 'early',
    opened(stream) {
      told(stream);
      stream.send(new Element('early', { xmlns: 'urn:example' }));
    },
  });
  const first = /^<\?xml version='1.0'\?><stream:stream [^>]*><early xmlns="urn:example"\/>$/;

  test('opened: what it writes follows each header directly, before anything has come', async () => {
    const seen: unknown[] = [];
    const credentials = { username: 'juliet', password: 'secret' };
    const modules = [
      early(({ authenticated, secure }) => void seen.push({ authenticated, secure })),
      sasl({ mechanisms: [plain], credentials }),
      bind(),
    ];
    const script = scripted({ modules });
    script.stream.start();
    expect(script.written()).toMatch(first);
    await script.say(header() + features(saslFeature));
    script.written();
    await script.say(success);
    expect(script.written()).toMatch(first);
    expect(seen).toEqual([
      { authenticated: false, secure: true },
      { authenticated: true, secure: true },
    ]);
  });

  test('opened: not in the clear, but on the stream that follows STARTTLS', async () => {
    const script = scripted({ secure: false, modules: [early(), starttls()] });
    script.stream.start();
    expect(script.written()).not.toContain('early');
    await script.say(header() + features(tlsFeature));
    script.written();
    await script.say(proceed);
    script.upgrades[0]?.resolve();
    await settle();
    expect(script.written()).toMatch(first);
  });

  test('opened: where the peer is trusted without TLS', () => {
    const script = scripted({ secure: false, allowInsecure: true, modules: [early()] });
    script.stream.start();
    expect(script.written()).toMatch(first);
  });

  test('tls: what the owner knows of it, asked when needed, and nothing before TLS is on', async () => {
    const seen: unknown[] = [];
    const look: StreamModule = {
      name: 'look',
      securing: true,
      negotiate(_, stream) {
        seen.push(stream.tls);
        return 'skip';
      },
    };
    let channel: TlsChannel = { binding: () => undefined };
    const script = scripted({ secure: false, tls: () => channel, modules: [look, starttls()] });
    script.stream.start();
    await script.say(header() + features(tlsFeature));
    await script.say(proceed);
    channel = { protocol: 'TLSv1.3', binding: () => new Uint8Array(32) };
    script.upgrades[0]?.resolve();
    await settle();
    await script.say(header() + features(''));
    expect(seen).toEqual([undefined, channel]);
    expect(seen[1]).toBe(channel);
  });

  test('tls: nothing where the platform tells nothing, or the connection is only trusted', async () => {
    const seen: unknown[] = [];
    const look: StreamModule = { name: 'look', opened: (stream) => void seen.push(stream.tls) };
    scripted({ modules: [look] }).stream.start();
    scripted({
      secure: false,
      allowInsecure: true,
      tls: () => ({ binding: () => new Uint8Array(32) }),
      modules: [look],
    }).stream.start();
    expect(seen).toEqual([undefined, undefined]);
  });

  test('sending is asked before a stanza is written, sent is told after; one settles the receipt', async () => {
    const log: string[] = [];
    const watch = (name: string, takes: boolean): StreamModule => ({
      name,
      sending(stanza, receipt) {
        log.push(`${name} sending ${stanza.kind} ${receipt === undefined ? 'without' : 'with'} ${script.written()}`);
        return takes;
      },
      sent: () => void log.push(`${name} sent ${script.written()}`),
    });
    const credentials = { username: 'juliet', password: 'secret' };
    const usual = [sasl({ mechanisms: [plain], credentials }), bind()];
    const script: Scripted = scripted({ modules: [watch('a', true), watch('b', false), ...usual] });
    await signIn(script);
    script.written();
    log.length = 0;
    const acked = vi.fn();
    script.stream.send(encodeStanza(new Element('message')), { acked, failed: () => {} });
    expect(log).toEqual(['a sending message with ', 'b sending message without ', 'a sent <message/>', 'b sent ']);
    expect(acked).not.toHaveBeenCalled();
  });

  test('without a module that takes it, a receipt is settled when the stanza was written', async () => {
    const script = scripted();
    await signIn(script);
    const acked = vi.fn();
    script.stream.send(encodeStanza(new Element('message')), { acked, failed: () => {} });
    expect(acked).toHaveBeenCalledOnce();
  });
});

describe('row 8: before TLS and before signing in', () => {
  test('§13.8.1 STARTTLS taken out of the features: no password is sent', async () => {
    const script = scripted({ secure: false });
    script.stream.start();
    script.written();
    await script.say(header() + features(saslFeature));
    expect(script.written()).toBe('</stream:stream>');
    expect(script.closed[0]).toMatchObject({ reason: 'tls-required' });
  });

  test('allowInsecure goes on without TLS', async () => {
    const script = scripted({ secure: false, allowInsecure: true });
    script.stream.start();
    await script.say(
      header() +
        features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"),
    );
    // …but the password still does not go out in the clear unless the connection is declared as trusted.
    expect(script.closed[0]).toMatchObject({ condition: 'insecure' });
  });

  test('§5.4.3.3 what follows <proceed/> in the clear is discarded, in the same piece and after it', async () => {
    const script = scripted({ secure: false });
    script.stream.start();
    await script.say(header() + features(tlsFeature));
    expect(script.written()).toContain('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>');
    await script.say(proceed + header() + features(saslFeature) + message('injected'));
    await script.say(header() + features(saslFeature) + message('injected'));
    expect(script.upgrades).toHaveLength(1);
    expect(script.written()).toBe('');
    script.upgrades[0]?.resolve();
    await settle();
    expect(script.written()).toMatch(/^<\?xml version='1.0'\?><stream:stream .*from='juliet@example.org'/);
    await script.say(header("id='s2' version='1.0'") + features(saslFeature));
    expect(script.written()).toContain('<auth');
    expect(script.stanzas).toEqual([]);
    expect(script.closed).toEqual([]);
  });

  test('<proceed/> that comes before it was asked for is refused', async () => {
    const script = scripted({ secure: false });
    script.stream.start();
    await script.say(header() + features(tlsFeature) + proceed + message('injected'));
    expect(script.closed[0]).toBeDefined();
    expect(script.upgrades).toHaveLength(0);
    expect(script.stanzas).toEqual([]);
  });

  test('a refused or failing upgrade is an error', async () => {
    const refused = scripted({ secure: false });
    refused.stream.start();
    await refused.say(header() + features(tlsFeature));
    await refused.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    expect(refused.closed[0]).toMatchObject({ reason: 'tls-refused' });

    const failing = scripted({ secure: false });
    failing.stream.start();
    await failing.say(header() + features(tlsFeature));
    await failing.say(proceed);
    const fault = new NegotiationError('tls-refused', 'wrong certificate');
    failing.upgrades[0]?.reject(fault);
    await settle();
    expect(failing.closed).toEqual([fault]);
  });

  test.each([
    [
      'instead of features',
      async (script: ReturnType<typeof scripted>) => {
        script.stream.start();
        await script.say(header() + message('early'));
      },
    ],
    [
      'instead of SASL',
      async (script: ReturnType<typeof scripted>) => {
        script.stream.start();
        await script.say(header() + features(saslFeature));
        await script.say(message('early'));
      },
    ],
    [
      'instead of the answer to bind',
      async (script: ReturnType<typeof scripted>) => {
        await untilBind(script);
        await script.say(message('early'));
      },
    ],
  ])('§6.3.1 a stanza %s ends the stream and is not delivered', async (_, run) => {
    const script = scripted();
    await run(script);
    expect(script.stanzas).toEqual([]);
    expect(script.closed[0]).toMatchObject({ condition: 'not-authorized' });
    expect(script.written()).toContain(
      '<stream:error xmlns:stream="http://etherx.jabber.org/streams"><not-authorized ',
    );
  });

  test('a forged answer to bind with another id is not taken', async () => {
    const script = scripted();
    await untilBind(script);
    await script.say(bound('guess'));
    expect(script.online).toEqual([]);
    expect(script.closed[0]).toBeInstanceOf(StreamError);
  });

  test('<success/> before the answer was sent does not sign in', async () => {
    const script = scripted();
    script.stream.start();
    await script.say(
      header() +
        features(saslFeature) +
        success +
        header() +
        features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"),
    );
    expect(script.online).toEqual([]);
    expect(script.closed[0]).toBeInstanceOf(StreamError);
  });
});

describe('rows 10, 12, 13: bad input ends the stream with a typed error', () => {
  test.each([
    ['malformed XML', '<message><body></message>', 'not-well-formed'],
    ['an unknown entity', '<message><body>&foo;</body></message>', 'not-well-formed'],
    ['a forbidden character', '<message><body>&#0;</body></message>', 'not-well-formed'],
    ['a comment', '<!-- hello -->', 'restricted-xml'],
    ['a processing instruction', '<?php echo 1 ?>', 'restricted-xml'],
    ['a document type', '<!DOCTYPE x>', 'restricted-xml'],
    ['an unbound prefix', '<x:message/>', 'bad-namespace-prefix'],
    ['text between stanzas', 'hello', 'bad-format'],
    ['a stanza of another namespace', "<message xmlns='jabber:server'/>", 'invalid-namespace'],
    ['a second header', header(), 'restricted-xml'],
  ])('%s', async (_, input, condition) => {
    const script = scripted();
    await signIn(script);
    script.written();
    await script.say(`${input}${message('after')}`);
    expect(script.closed).toHaveLength(1);
    expect(script.closed[0]).toBeInstanceOf(StreamError);
    expect(script.closed[0]).toMatchObject({ condition, by: 'self' });
    expect(script.stanzas).toEqual([]);
    expect(script.stream.state).toBe('closed');
    expect(script.written()).toMatch(
      new RegExp(
        `^<stream:error xmlns:stream="http://etherx.jabber.org/streams"><${condition} .*</stream:error></stream:stream>$`,
      ),
    );
  });
});
