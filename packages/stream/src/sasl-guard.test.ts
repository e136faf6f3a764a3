import { describe, expect, test, vi } from 'vitest';
import { features, header, scripted, success } from '../test/harness.ts';
import type { Scripted } from '../test/harness.ts';
import { plain, sasl, SaslError, scram, scramSha256Plus, utf8 } from './index.ts';
import type { SaslGuard, SaslOptions, ScramCheck } from './index.ts';

const credentials = { username: 'juliet', password: 'secret' };
const offer = (...names: string[]): string =>
  features(
    `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`,
  );

/** A stream that signs in with these guards, up to the server's features. */
async function offered(guards: readonly SaslGuard[], names = ['PLAIN'], options: Partial<SaslOptions> = {}) {
  const script = scripted({ modules: [sasl({ mechanisms: [plain], credentials, guards, ...options })] });
  script.stream.start();
  script.written();
  await script.say(header() + offer(...names));
  return script;
}

const refusal = new SaslError('downgrade', 'somebody in between');
const refuse = (): never => {
  throw refusal;
};

/** What was sent to sign in: a mechanism's initial response, read. */
function initial(script: Scripted): string {
  return atob(/<auth [^>]*>([^<]*)<\/auth>/.exec(script.written())?.[1] ?? '');
}

describe('guards', () => {
  test('each sees the offer, then each the choice, then each the success, in their order', async () => {
    const seen: unknown[] = [];
    const guard = (name: string): SaslGuard => ({
      name,
      offered({ profile, mechanisms, features: { name: element } }, { domain }) {
        seen.push([name, 'offered', profile, mechanisms, element, domain]);
        return undefined;
      },
      chosen: ({ mechanism, offer: { mechanisms }, token }) =>
        void seen.push([name, 'chosen', mechanism.name, mechanisms, token]),
      succeeded: ({ mechanism }, { authenticated }) =>
        void seen.push([name, 'succeeded', mechanism.name, authenticated]),
    });
    const script = await offered([guard('a'), { name: 'nothing' }, guard('b')], ['PLAIN', 'X-OTHER']);
    const names = ['PLAIN', 'X-OTHER'];
    const before = [
      ['a', 'offered', 'sasl', names, 'features', 'example.org'],
      ['b', 'offered', 'sasl', names, 'features', 'example.org'],
      ['a', 'chosen', 'PLAIN', names, undefined],
      ['b', 'chosen', 'PLAIN', names, undefined],
    ];
    expect(seen).toEqual(before);
    await script.say(success);
    expect(seen).toEqual([...before, ['a', 'succeeded', 'PLAIN', false], ['b', 'succeeded', 'PLAIN', false]]);
    expect(script.written()).toContain('<stream:stream');
  });

  test('what they add is joined: the last binding, all checks', async () => {
    const asked: string[] = [];
    const check =
      (name: string): ScramCheck =>
      () =>
        void asked.push(name);
    const binding = (type: string) => ({ type, data: utf8(type) });
    const chosen = vi.fn<NonNullable<SaslGuard['chosen']>>();
    const script = await offered(
      [
        { name: 'a', offered: () => ({ binding: binding('tls-unique'), checks: [check('a')] }) },
        { name: 'b', offered: () => undefined },
        { name: 'c', offered: () => ({ checks: [check('c1'), check('c2')] }) },
        { name: 'd', offered: () => ({ binding: binding('tls-exporter') }), chosen },
      ],
      ['SCRAM-SHA-256-PLUS'],
      { mechanisms: [scramSha256Plus] },
    );
    expect(chosen.mock.calls[0]?.[0].binding).toEqual(binding('tls-exporter'));
    const [, nonce] = /^p=tls-exporter,,n=juliet,r=(.*)$/.exec(initial(script))!;
    const challenge = btoa(`r=${nonce}x,s=AAAA,i=4096`);
    await script.say(`<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${challenge}</challenge>`);
    await expect.poll(() => script.written()).toContain('<response');
    expect(asked).toEqual(['a', 'c1', 'c2']);
  });

  test('one that refuses the offer: nothing is sent, and nobody is asked for the password', async () => {
    const ask = vi.fn(() => credentials);
    const later = vi.fn();
    const guards = [
      { name: 'a', offered: refuse },
      { name: 'b', offered: later, chosen: later },
    ];
    const script = await offered(guards, ['PLAIN'], { credentials: ask });
    expect(script.closed).toEqual([refusal]);
    expect(script.written()).toBe('</stream:stream>');
    expect(ask).not.toHaveBeenCalled();
    expect(later).not.toHaveBeenCalled();
  });

  test('one that refuses the choice: nothing is sent', async () => {
    const script = await offered([{ name: 'a', chosen: refuse }]);
    expect(script.closed).toEqual([refusal]);
    expect(script.written()).toBe('</stream:stream>');
  });

  test("one whose check refuses the server's first message: abort is sent, and no proof", async () => {
    const script = await offered([{ name: 'a', offered: () => ({ checks: [refuse] }) }], ['SCRAM-SHA-1'], {
      mechanisms: [scram('SHA-1', { nonce: () => 'ours' })],
    });
    expect(initial(script)).toBe('n,,n=juliet,r=ours');
    const challenge = btoa('r=ourstheirs,s=AAAA,i=4096');
    await script.say(`<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${challenge}</challenge>`);
    expect(script.written()).toBe('<abort xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/></stream:stream>');
    expect(script.closed).toEqual([refusal]);
  });

  test('success is waited for, and not told when the server refuses', async () => {
    const saved = Promise.withResolvers<void>();
    const waiting = await offered([{ name: 'a', succeeded: () => saved.promise }]);
    waiting.written();
    await waiting.say(success);
    expect(waiting.written()).toBe('');
    saved.resolve();
    await expect.poll(() => waiting.written()).toContain('<stream:stream');

    const succeeded = vi.fn();
    const refused = await offered([{ name: 'a', succeeded }]);
    await refused.say("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
    expect(refused.closed[0]).toMatchObject({ condition: 'not-authorized' });
    expect(succeeded).not.toHaveBeenCalled();
  });
});
