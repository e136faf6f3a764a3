import { parseElement } from '@xeps/core/xml';
import type { TlsChannel } from '@xeps/stream';
import { SaslError } from '@xeps/stream';
import { bind2 } from '@xeps/xep-0386';
import type { Sasl2Pipelining } from '@xeps/xep-0388';
import { describe, expect, test } from 'vitest';
import {
  additional,
  answer,
  begin,
  exampleChallenge,
  exampleCredentials,
  exampleProof,
  exampleScram,
  failure,
  features,
  header,
  offer,
  refusal,
  signingIn,
  success,
  written,
} from '../../xep-0388/test/harness.ts';
import { fast } from '../src/index.ts';
import type { FastOptions, FastToken, FastTokenStore } from '../src/index.ts';

const now = Date.UTC(2026, 0, 10);
const day = 86_400_000;
const secret = 'WXZzciBwYmFmdmZnZiBqdmd1IGp2eXFhcmZm';
const later = 'R3VyIHpiZmcgbnl2aXIgdmYgZ3VyIGp2eXFyZmcu';
const expiry = '2026-01-31T00:00:00.000Z';
const held = (suffix = 'NONE', more: Partial<FastToken> = {}): FastToken => ({
  mechanism: `HT-SHA-256-${suffix}`,
  token: secret,
  expiry,
  count: 0,
  ...more,
});
const exporter = Uint8Array.from({ length: 32 }, (_, index) => index);
const channel = (types: Record<string, Uint8Array>): TlsChannel => ({ binding: (type) => types[type] });
/** TLS 1.3 in Node. */
const tls13 = channel({ 'tls-exporter': exporter, 'tls-server-end-point': new Uint8Array(32).fill(0xee) });
/** TLS 1.2 in Node. */
const tls12 = channel({ 'tls-server-end-point': new Uint8Array(32).fill(0xee) });

/** Initiator messages for `secret` and user juliet, and the hashes of the responder; see src/hashed-token.test.ts. */
const proofs = {
  NONE: ['anVsaWV0AJCXeHRhoYTg+oTsAME4EZC2xNFqjsRFPHsqxef8+TXt', 'TlE0CWMUdIY7mGyfPoweJ8op0derntQJfnr9YAe/nGI='],
  EXPR: ['anVsaWV0AAxXRVdq/upxGWBUkYajGmXJ8yggXuOLZoJbPUyHKzlc', 'EmBXmzTVWuuk5DBipBLbYJoKcVOr0hiw8UhEXE6DUp8='],
} as const;
const proved = (kind: keyof typeof proofs): string => `<additional-data>${proofs[kind][1]}</additional-data>`;

function memory(token?: FastToken): FastTokenStore & { readonly saved: (FastToken | undefined)[] } {
  const saved = [token];
  return { saved, load: () => saved.at(-1), save: (next) => void saved.push(next) };
}

const inline = (...suffixes: string[]): string =>
  `<fast xmlns='urn:xmpp:fast:0'>${suffixes.map((suffix) => `<mechanism>HT-SHA-256-${suffix}</mechanism>`).join('')}</fast>` +
  "<bind xmlns='urn:xmpp:bind:0'/>";
const all = inline('ENDP', 'EXPR', 'NONE', 'UNIQ');
const scram = ['SCRAM-SHA-256'];
const bound = (content = ''): string => success(`${content}<bound xmlns='urn:xmpp:bind:0'/>`, 'juliet@example.org/x');
const tokenXml = (token = later, end = '2026-02-28T00:00:00Z'): string =>
  `<token xmlns='urn:xmpp:fast:0' token='${token}' expiry='${end}'/>`;

interface Setup extends Partial<FastOptions> {
  readonly tls?: TlsChannel | undefined;
  readonly secure?: boolean;
  readonly pipelining?: Sasl2Pipelining;
}

function client({ tls, secure = true, pipelining, ...options }: Setup & { readonly store: FastTokenStore }) {
  const token = fast({ username: 'juliet', now: () => now, ...options });
  const connect = () =>
    signingIn(
      { mechanisms: [exampleScram], credentials: exampleCredentials, token, inline: [bind2()], pipelining },
      { tls: () => tls, secure, allowInsecure: true },
    );
  return { connect, script: connect() };
}

/** Signs in by SCRAM as far as the server's last word. */
async function untilSuccess(script: ReturnType<typeof signingIn>): Promise<void> {
  expect(await answer(script, exampleChallenge)).toContain('<response');
}

const requested = (text: string): string | undefined => /<request-token [^>]*mechanism="([^"]+)"/.exec(text)?.[1];
const used = (text: string): string | undefined => /<authenticate [^>]*mechanism="([^"]+)"/.exec(text)?.[1];

describe('§3.2 asking for a token', () => {
  test.each([
    ['TLS 1.3', tls13, all, 'HT-SHA-256-EXPR'],
    ['TLS 1.2', tls12, all, 'HT-SHA-256-ENDP'],
    [
      'TLS 1.2 with tls-unique',
      channel({ 'tls-unique': exporter, 'tls-server-end-point': exporter }),
      all,
      'HT-SHA-256-UNIQ',
    ],
    ['a browser', undefined, all, 'HT-SHA-256-NONE'],
    ['a server that binds by certificate only', tls13, inline('NONE', 'ENDP'), 'HT-SHA-256-ENDP'],
    ['a server that does not bind', tls13, inline('NONE'), 'HT-SHA-256-NONE'],
    ['a browser, and a server that binds always', undefined, inline('EXPR'), undefined],
    ['other hash functions', tls13, inline('EXPR').replace('256', '512'), undefined],
    ['a server without tokens', tls13, "<bind xmlns='urn:xmpp:bind:0'/>", undefined],
  ])('%s: the strongest binding there is', async (_, tls, offered, expected) => {
    const { script } = client({ store: memory(), tls });
    const request = await begin(script, scram, offered);
    expect(used(request)).toBe('SCRAM-SHA-256');
    expect(requested(request)).toBe(expected);
  });

  test('only the mechanisms that were named', async () => {
    const mechanisms = ['HT-SHA-256-ENDP', 'HT-SHA-256-NONE'];
    const { script } = client({ store: memory(), tls: tls13, mechanisms });
    expect(requested(await begin(script, scram, all))).toBe('HT-SHA-256-ENDP');
  });

  test.each([
    ['none', undefined, tls13, 'HT-SHA-256-EXPR'],
    ['one that is good', held('EXPR'), tls13, undefined],
    ['one without an end', { mechanism: 'HT-SHA-256-EXPR', token: secret, count: 0 }, tls13, undefined],
    ['one that has ended', held('EXPR', { expiry: '2026-01-09T23:59:59.000Z' }), tls13, 'HT-SHA-256-EXPR'],
    ['one that ends within a day', held('EXPR', { expiry: '2026-01-10T23:59:59.000Z' }), tls13, 'HT-SHA-256-EXPR'],
    ['one that ends in more than a day', held('EXPR', { expiry: '2026-01-11T00:00:01.000Z' }), tls13, undefined],
    ['one that is bound to less than could be', held('NONE'), tls13, 'HT-SHA-256-EXPR'],
    ['one that can’t be used here', held('EXPR'), tls12, 'HT-SHA-256-ENDP'],
  ])('with %s', async (_, token, tls, expected) => {
    const { script } = client({ store: memory(token), tls });
    expect(requested(await begin(script, scram, all))).toBe(expected);
  });
});

describe('§3.3 being given one', () => {
  test('it is kept with the mechanism that was asked for, unused', async () => {
    const store = memory();
    const { script } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    await untilSuccess(script);
    await answer(script, bound(additional(exampleProof) + tokenXml(secret)));
    expect(script.online).toHaveLength(1);
    expect(store.saved.at(-1)).toEqual({
      mechanism: 'HT-SHA-256-EXPR',
      token: secret,
      expiry: '2026-02-28T00:00:00.000Z',
      count: 0,
    });
  });

  test.each([
    ['no token', ''],
    ['an empty token', tokenXml('')],
    ['an expiry that is none', tokenXml(later, 'soon')],
    ['a token of another namespace', tokenXml().replace('fast:0', 'fast:9')],
  ])('%s is stored as nothing, and signing in goes on', async (_, content) => {
    const store = memory();
    const { script } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    await untilSuccess(script);
    await answer(script, bound(additional(exampleProof) + content));
    expect(script.online).toHaveLength(1);
    expect(store.saved).toEqual([undefined]);
  });

  test('a server that did not prove itself gives nothing', async () => {
    const store = memory();
    const { script } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    await untilSuccess(script);
    await refusal(script, bound(tokenXml()));
    expect(store.saved).toEqual([undefined]);
  });

  test('a store that can’t save does not undo signing in', async () => {
    const store = { load: () => undefined, save: () => Promise.reject(new Error('full')) };
    const { script } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    await untilSuccess(script);
    await answer(script, bound(additional(exampleProof) + tokenXml()));
    expect(script.online).toHaveLength(1);
  });

  test('one that is still being saved is waited for', async () => {
    const slow = Promise.withResolvers<void>();
    let kept: FastToken | undefined;
    const store: FastTokenStore = {
      load: () => kept,
      async save(token) {
        await slow.promise;
        kept = token;
      },
    };
    const { script, connect } = client({ store });
    await begin(script, scram, all);
    await untilSuccess(script);
    await answer(script, bound(additional(exampleProof) + tokenXml(secret)));
    script.stream.end();
    const next = connect();
    next.stream.start();
    await next.say(header() + features(offer(scram, all)));
    expect(next.written()).not.toContain('<authenticate');
    slow.resolve();
    expect(used(await written(next))).toBe('HT-SHA-256-NONE');
  });
});

describe('§3.4 signing in by one', () => {
  test('the request, and the count saved before it is sent', async () => {
    const store = memory(held('NONE', { count: 122 }));
    const { script } = client({ store });
    const request = await begin(script, scram, all);
    expect(request).toContain(
      `<authenticate xmlns="urn:xmpp:sasl:2" mechanism="HT-SHA-256-NONE"><initial-response>${proofs.NONE[0]}</initial-response>`,
    );
    expect(request).toContain('<fast xmlns="urn:xmpp:fast:0" count="123"/>');
    expect(requested(request)).toBeUndefined();
    expect(store.saved.at(-1)).toEqual(held('NONE', { count: 123 }));
    await answer(script, bound(proved('NONE')));
    expect(script.online).toHaveLength(1);
    expect(store.saved).toHaveLength(2);
  });

  test('the request waits until the count is saved', async () => {
    const slow = Promise.withResolvers<void>();
    const { script } = client({ store: { load: () => held(), save: () => slow.promise } });
    script.stream.start();
    await script.say(header() + features(offer(scram, all)));
    expect(script.written()).not.toContain('<authenticate');
    slow.resolve();
    expect(await written(script)).toContain('count="1"');
  });

  test('a count that can’t be saved is not sent', async () => {
    const { script } = client({ store: { load: () => held(), save: () => Promise.reject(new Error('full')) } });
    script.stream.start();
    await refusal(script, header() + features(offer(scram, all)));
    expect(script.written()).not.toContain('<authenticate');
  });

  test('no count is used twice, whatever becomes of the streams', async () => {
    const store = memory(held('EXPR'));
    const { connect } = client({ store, tls: tls13 });
    const counts: (string | undefined)[] = [];
    for (const end of ['dies', 'refused for now', 'works', 'dies']) {
      const script = connect();
      const request = await begin(script, scram, all);
      counts.push(/count="(\d+)"/.exec(request)?.[1]);
      if (end === 'refused for now') await answer(script, failure('temporary-auth-failure'));
      if (end === 'works') await answer(script, bound(proved('EXPR')));
      script.stream.end();
    }
    expect(counts).toEqual(['1', '2', '3', '4']);
    expect(store.saved.at(-1)).toEqual(held('EXPR', { count: 4 }));
  });

  test('bound to the channel', async () => {
    const { script } = client({ store: memory(held('EXPR')), tls: tls13 });
    expect(await begin(script, scram, all)).toContain(`<initial-response>${proofs.EXPR[0]}</initial-response>`);
    await answer(script, bound(proved('EXPR')));
    expect(script.online).toHaveLength(1);
  });

  test.each([
    ['§6 a token that is bound to keying material, on a stream that has none', held('EXPR'), tls12, all],
    ['§6 a token that is bound, in a browser', held('ENDP'), undefined, all],
    ['§3.4 a token whose mechanism the server has no more', held('EXPR'), tls13, inline('NONE', 'ENDP')],
    ['§3.4 a token of a mechanism that is unknown here', held('NEWS'), tls13, inline('NEWS', 'NONE')],
    ['a token that has ended', held('NONE', { expiry: '2026-01-10T00:00:00.000Z' }), undefined, all],
    ['a token, on a server without tokens', held('NONE'), undefined, "<bind xmlns='urn:xmpp:bind:0'/>"],
  ])('%s is not used', async (_, token, tls, offered) => {
    const store = memory(token);
    const { script } = client({ store, tls });
    const request = await begin(script, scram, offered);
    expect(used(request)).toBe('SCRAM-SHA-256');
    expect(request).not.toContain('<fast');
    // It may be of use on another stream.
    expect(store.saved).toEqual([token]);
  });

  test('one that was named as not to be used', async () => {
    const { script } = client({ store: memory(held('NONE')), mechanisms: ['HT-SHA-256-EXPR'] });
    expect(used(await begin(script, scram, all))).toBe('SCRAM-SHA-256');
  });

  test('§6 without TLS tokens are neither used nor asked for, unless the connection is trusted', async () => {
    for (const token of [undefined, held()]) {
      const open = client({ store: memory(token), secure: false });
      const request = await begin(open.script, scram, all);
      expect([used(request), requested(request)]).toEqual(['SCRAM-SHA-256', undefined]);
    }
    const trusted = client({ store: memory(held()), secure: false, trustConnection: true });
    expect(used(await begin(trusted.script, scram, all))).toBe('HT-SHA-256-NONE');
  });

  test.each([
    ['nothing', ''],
    ['an empty proof', '<additional-data/>'],
    ['a proof for another channel', proved('NONE')],
    ['our own hash', `<additional-data>${btoa(atob(proofs.EXPR[0]).slice('juliet\0'.length))}</additional-data>`],
  ])('row 7: a server that proves the token with %s is refused, and gives no token', async (_, content) => {
    const store = memory(held('EXPR'));
    const { script } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    const error = await refusal(script, bound(content + tokenXml()));
    expect(error).toBeInstanceOf(SaslError);
    expect(error).toMatchObject({ condition: 'server-signature-invalid' });
    expect(String(error)).not.toContain(secret);
    expect(script.online).toEqual([]);
    // Whoever that was does not know the token.
    expect(store.saved.at(-1)).toEqual(held('EXPR', { count: 1 }));
  });

  test('a challenge is refused', async () => {
    const { script } = client({ store: memory(held()) });
    await begin(script, scram, all);
    expect(await refusal(script, exampleChallenge)).toMatchObject({ condition: 'malformed-request' });
  });
});

describe('§3.5 rotation', () => {
  test('a server’s new token takes the place of the old, with its mechanism', async () => {
    const store = memory(held('EXPR', { count: 7 }));
    const { script, connect } = client({ store, tls: tls13 });
    expect(requested(await begin(script, scram, all))).toBeUndefined();
    await answer(script, bound(proved('EXPR') + tokenXml()));
    expect(store.saved.at(-1)).toEqual({
      mechanism: 'HT-SHA-256-EXPR',
      token: later,
      expiry: '2026-02-28T00:00:00.000Z',
      count: 0,
    });
    const again = connect();
    const request = await begin(again, scram, all);
    expect(request).toContain('count="1"');
    expect(request).not.toContain(proofs.EXPR[0]);
  });

  test('a broken one leaves the old', async () => {
    const store = memory(held('NONE'));
    const { script } = client({ store });
    await begin(script, scram, all);
    await answer(script, bound(proved('NONE') + tokenXml(later, 'never')));
    expect(script.online).toHaveLength(1);
    expect(store.saved.at(-1)).toEqual(held('NONE', { count: 1 }));
  });

  test('a token that is near its end, or weaker than it could be, is used for the last times: another is asked for', async () => {
    const ending = held('NONE', { expiry: new Date(now + day / 2).toISOString() });
    const near = await begin(client({ store: memory(ending) }).script, scram, all);
    expect([used(near), requested(near)]).toEqual(['HT-SHA-256-NONE', 'HT-SHA-256-NONE']);
    const store = memory(held('NONE'));
    const { script } = client({ store, tls: tls13 });
    const weak = await begin(script, scram, all);
    expect([used(weak), requested(weak)]).toEqual(['HT-SHA-256-NONE', 'HT-SHA-256-EXPR']);
    await answer(script, bound(proved('NONE') + tokenXml()));
    expect(store.saved.at(-1)).toMatchObject({ mechanism: 'HT-SHA-256-EXPR', token: later, count: 0 });
  });
});

describe('§3.6 invalidation', () => {
  test('the token is used for the last time and forgotten; none is asked for or taken', async () => {
    const store = memory(held('NONE', { expiry: new Date(now + 1).toISOString() }));
    const { script } = client({ store, tls: tls13, invalidate: () => true });
    const request = await begin(script, scram, all);
    expect(request).toContain('<fast xmlns="urn:xmpp:fast:0" count="1" invalidate="true"/>');
    expect(requested(request)).toBeUndefined();
    await answer(script, bound(proved('NONE') + tokenXml()));
    expect(store.saved.at(-1)).toBeUndefined();
  });

  test('without a token there is nothing to invalidate, and none is asked for', async () => {
    const { script } = client({ store: memory(), invalidate: () => true });
    const request = await begin(script, scram, all);
    expect([used(request), requested(request)]).toEqual(['SCRAM-SHA-256', undefined]);
  });

  test('who is asked decides anew each time', async () => {
    let wish = false;
    const { connect } = client({ store: memory(held()), invalidate: () => wish });
    expect(await begin(connect(), scram, all)).not.toContain('invalidate');
    wish = true;
    expect(await begin(connect(), scram, all)).toContain('invalidate="true"');
  });

  test('a token that was not accepted stays until it is', async () => {
    const store = memory(held());
    const { script } = client({ store, invalidate: () => true });
    await begin(script, scram, all);
    await answer(script, failure('temporary-auth-failure'));
    await untilSuccess(script);
    await answer(script, bound(additional(exampleProof)));
    expect(store.saved.at(-1)).toEqual(held('NONE', { count: 1 }));
  });
});

describe('§4.1 refusal', () => {
  test.each(['not-authorized', 'credentials-expired', 'account-disabled', 'malformed-request', 'made-up'])(
    '%s: the token is discarded, and SCRAM signs in on the same stream and asks for another',
    async (condition) => {
      const store = memory(held('EXPR'));
      const { script } = client({ store, tls: tls13 });
      await begin(script, scram, all);
      const fallback = await answer(script, failure(condition));
      expect([used(fallback), requested(fallback)]).toEqual(['SCRAM-SHA-256', 'HT-SHA-256-EXPR']);
      expect(fallback).not.toContain('<fast');
      expect(store.saved.at(-1)).toBeUndefined();
      await untilSuccess(script);
      await answer(script, bound(additional(exampleProof) + tokenXml()));
      expect(store.saved.at(-1)).toMatchObject({ mechanism: 'HT-SHA-256-EXPR', token: later });
    },
  );

  test.each(['temporary-auth-failure', 'aborted'])('%s says nothing of the token', async (condition) => {
    const store = memory(held('EXPR'));
    const { script, connect } = client({ store, tls: tls13 });
    await begin(script, scram, all);
    const fallback = await answer(script, failure(condition));
    expect([used(fallback), requested(fallback)]).toEqual(['SCRAM-SHA-256', undefined]);
    expect(used(await begin(connect(), scram, all))).toBe('HT-SHA-256-EXPR');
  });

  test('when SCRAM is refused too, the error does not tell the token', async () => {
    const { script } = client({ store: memory(held()) });
    await begin(script, scram, all);
    await answer(script, failure('not-authorized', `<text>bad</text>`));
    const error = await refusal(script, failure('not-authorized'));
    expect(String(error)).not.toContain(secret);
  });
});

describe('XEP-0509 pipelining', () => {
  const pipelining: Sasl2Pipelining = {
    remembered: () => parseElement(`<features>${offer(scram, all)}</features>`),
    remember() {},
    forget() {},
    request: () => undefined,
    mismatch: (element) => element.getChild('config-version-mismatch') !== undefined,
  };

  test('refused at once and not tried again on that stream, though it is kept', async () => {
    const { script } = client({ store: memory(held()), pipelining });
    script.stream.start();
    await written(script);
    expect(await written(script)).toContain('count="1"');
    const fallback = await answer(script, header() + features(offer(scram, all)) + failure('temporary-auth-failure'));
    expect(used(fallback)).toBe('SCRAM-SHA-256');
  });

  test('after a mismatch it is used again, with another count', async () => {
    const store = memory(held());
    const { script } = client({ store, pipelining });
    script.stream.start();
    await written(script);
    await written(script);
    const mismatch = failure('aborted', "<config-version-mismatch xmlns='urn:xmpp:iap:0'/>");
    const again = await answer(script, header() + features(offer(scram, all)) + mismatch);
    expect(used(again)).toBe('HT-SHA-256-NONE');
    expect(again).toContain('count="2"');
    await answer(script, bound(proved('NONE')));
    expect(script.online).toHaveLength(1);
  });
});
