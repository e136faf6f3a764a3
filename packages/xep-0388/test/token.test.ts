import type { Element } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { parseElement } from '@xeps/core/xml';
import { createElement, SaslError } from '@xeps/stream';
import type { SaslChoice } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import type { Sasl2Options, Sasl2Pipelining, Sasl2Token } from '../src/index.ts';
import {
  additional,
  answer,
  begin,
  blurdybloop,
  failure,
  features,
  header,
  inlineFeature,
  offer,
  refusal,
  signingIn,
  success,
  userAgentXml,
  written,
} from './harness.ts';

const xmlns = 'urn:example:token';
const inline = `<token xmlns='${xmlns}'/><megabind xmlns='urn:example:megabind'/>`;
const offered = features(offer(['BLURDYBLOOP'], inline));
const mismatch = "<config-version-mismatch xmlns='urn:xmpp:iap:0'/>";
const withToken =
  `<authenticate xmlns="urn:xmpp:sasl:2" mechanism="X-TOKEN"><initial-response>dG9rZW4=</initial-response>` +
  `${userAgentXml}<use xmlns="${xmlns}"/>`;
const withPassword = '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="BLURDYBLOOP">';

/** A token that is used for as long as there is one, and notes what happens to it. */
function exampleToken(log: string[], { has = true, asks = false } = {}): Sasl2Token {
  let kept = has;
  return {
    name: 'token',
    async attempt(offers) {
      if (!kept || offers.get(xmlns) === undefined) return undefined;
      log.push('attempt');
      const mechanism = {
        ...blurdybloop({ initial: 'token', proof: 'known' }).create({ username: '' }, { secure: true }),
      };
      return { mechanism: { ...mechanism, name: 'X-TOKEN' }, element: createElement('use', xmlns) };
    },
    request: () => (asks ? createElement('ask', xmlns) : undefined),
    answered: (result) => void log.push(`answered: ${result.getChildText('new') ?? 'nothing'}`),
    refused(error) {
      kept = false;
      log.push(`refused: ${error.condition}`);
    },
  };
}

/** What is remembered, and what becomes of it. */
function memory(log: string[], known: string | undefined = offered): Sasl2Pipelining {
  return {
    remembered: () => (known === undefined ? undefined : parseElement(known.replaceAll('stream:', ''))),
    remember: (element: Element) => void log.push(`remember: ${element.name}`),
    forget: () => void log.push('forget'),
    request: () => createElement('version', 'urn:example:version'),
    mismatch: (element) => element.getChild('config-version-mismatch') !== undefined,
  };
}

function start(options: (log: string[]) => Partial<Sasl2Options>, stream: Parameters<typeof signingIn>[1] = {}) {
  const log: string[] = [];
  const megabind = inlineFeature('megabind', log, (_, context) =>
    context.setBound(parseJid('juliet@example.org/balcony')),
  );
  const script = signingIn({ inline: [megabind], ...options(log) }, stream);
  return { script, log };
}

describe('signing in by token', () => {
  test('before any mechanism, and with the inline features', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen) }));
    expect(await begin(script, ['BLURDYBLOOP'], inline)).toBe(
      `${withToken}<megabind xmlns="urn:example:megabind"/></authenticate>`,
    );
    await answer(script, success(additional('known')));
    expect(log).toEqual(['attempt', 'megabind: success', 'answered: nothing']);
    expect(script.online).toHaveLength(1);
  });

  test('XEP-0484 §3.5 a new token that nobody asked for is heard of', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen) }));
    await begin(script, ['BLURDYBLOOP'], inline);
    await answer(script, success(`${additional('known')}<new xmlns='${xmlns}'>other</new>`));
    expect(log.at(-1)).toBe('answered: other');
  });

  test('row 7: a server that does not know the token is refused', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen) }));
    await begin(script, ['BLURDYBLOOP'], inline);
    expect(await refusal(script, success())).toMatchObject({ condition: 'server-signature-invalid' });
    expect(log).toEqual(['attempt']);
  });

  test('without one, a mechanism is used, and a token asked for', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen, { has: false, asks: true }) }));
    expect(await begin(script, ['BLURDYBLOOP'], inline)).toContain(`<ask xmlns="${xmlns}"/></authenticate>`);
    await answer(script, success());
    expect(log).toEqual(['megabind: success', 'answered: nothing']);
  });

  test('who neither uses nor asks for a token hears nothing of the answer', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen, { has: false }) }));
    await begin(script, ['BLURDYBLOOP'], inline);
    await answer(script, success());
    expect(log).toEqual(['megabind: success']);
  });

  test('§2.6.2 one that is refused is told so, and a mechanism is used on the same stream', async () => {
    const { script, log } = start((seen) => ({ token: exampleToken(seen) }));
    await begin(script, ['BLURDYBLOOP'], inline);
    expect(await answer(script, failure('credentials-expired'))).toContain(withPassword);
    await answer(script, success());
    expect(log).toEqual(['attempt', 'refused: credentials-expired', 'megabind: success']);
    expect(script.online).toHaveLength(1);
  });

  test('when the mechanism is refused too, that is the error', async () => {
    const { script } = start((seen) => ({ token: exampleToken(seen) }));
    await begin(script, ['BLURDYBLOOP'], inline);
    await answer(script, failure('credentials-expired'));
    const error = await refusal(script, failure('not-authorized'));
    expect(error).toBeInstanceOf(SaslError);
    expect(String(error)).toContain('BLURDYBLOOP');
  });

  test('guards hear that it was a token', async () => {
    const choices: SaslChoice[] = [];
    const { script } = start((seen) => ({
      token: exampleToken(seen),
      guards: [{ name: 'watch', succeeded: (choice) => void choices.push(choice) }],
    }));
    await begin(script, ['BLURDYBLOOP'], inline);
    await answer(script, success(additional('known')));
    expect(choices).toMatchObject([{ token: true, pipelined: false, mechanism: { name: 'X-TOKEN' } }]);
  });
});

describe('pipelining', () => {
  const pipelined = (known?: string) =>
    start((log) => ({ token: exampleToken(log), pipelining: memory(log, known) }), {});

  test('the request travels with the header; features and success come in one piece', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    expect(script.written()).toMatch(/^<\?xml .*<stream:stream [^>]*>$/);
    expect(await written(script)).toBe(
      `${withToken}<version xmlns="urn:example:version"/><megabind xmlns="urn:example:megabind"/></authenticate>`,
    );
    await answer(script, header() + offered + success(additional('known')) + features('') + "<message id='1'/>");
    expect(script.online).toHaveLength(1);
    expect(script.stanzas).toHaveLength(1);
    expect(script.written()).toBe('');
    expect(log).toEqual(['attempt', 'megabind: success', 'answered: nothing', 'remember: features']);
    script.stream.end();
    expect(log).not.toContain('forget');
  });

  test('features that came before the request was ready do not make two of it', async () => {
    const { script } = pipelined();
    script.stream.start();
    script.stream.receive(header() + offered);
    expect((await written(script)).match(/<authenticate /g)).toBeNull();
    expect((await written(script)).match(/<authenticate /g)).toHaveLength(1);
    await answer(script, success(additional('known')));
    expect(script.online).toHaveLength(1);
  });

  test('features that offer this profile no more: the answer is awaited all the same', async () => {
    const { script } = pipelined();
    script.stream.start();
    script.written();
    await written(script);
    await answer(script, header() + features('') + success(additional('known')));
    expect(script.online).toHaveLength(1);
  });

  test('XEP-0509 §2.2 a mismatch says nothing of the token: it is tried again with the features as they are', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    script.written();
    await written(script);
    const again = await answer(script, header() + offered + failure('aborted', mismatch));
    expect(again).toBe(`${withToken}<megabind xmlns="urn:example:megabind"/></authenticate>`);
    await answer(script, success(additional('known')));
    expect(log).toEqual(['attempt', 'attempt', 'megabind: success', 'answered: nothing', 'remember: features']);
  });

  test('a mismatch on a server that takes no tokens any more: by password', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    script.written();
    await written(script);
    const now = features(offer(['BLURDYBLOOP'], "<megabind xmlns='urn:example:megabind'/>"));
    expect(await answer(script, header() + now + failure('aborted', mismatch))).toContain(withPassword);
    expect(log).toEqual(['attempt']);
  });

  test('any other failure is the token’s', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    script.written();
    await written(script);
    expect(await answer(script, header() + offered + failure('not-authorized'))).toContain(withPassword);
    await answer(script, success());
    expect(log).toEqual(['attempt', 'refused: not-authorized', 'megabind: success', 'remember: features']);
  });

  test('a server that hangs up may not have understood: what was remembered is forgotten', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    await written(script);
    await written(script);
    await script.say(`${header()}</stream:stream>`);
    expect(log).toEqual(['attempt', 'forget']);
    expect(script.closed).toHaveLength(1);
  });

  test('one that hangs up after its answer has understood', async () => {
    const { script, log } = pipelined();
    script.stream.start();
    await written(script);
    await written(script);
    await answer(script, header() + offered + failure('not-authorized'));
    script.stream.end();
    expect(log).toEqual(['attempt', 'refused: not-authorized']);
  });

  test('nothing is sent where nothing is remembered, or there is no token; what works is remembered', async () => {
    for (const setup of [
      (log: string[]) => ({ token: exampleToken(log), pipelining: { ...memory(log), remembered: () => undefined } }),
      (log: string[]) => ({ token: exampleToken(log, { has: false }), pipelining: memory(log) }),
    ]) {
      const { script, log } = start(setup);
      script.stream.start();
      await script.say('');
      expect(script.written()).not.toContain('<authenticate');
      expect(await answer(script, header() + offered)).not.toContain('<version');
      await answer(script, success(log.includes('attempt') ? additional('known') : ''));
      expect(log.at(-1)).toBe('remember: features');
      script.stream.end();
      expect(log).not.toContain('forget');
    }
  });

  test('row 8: nothing is sent before TLS', async () => {
    const { script } = start((log) => ({ token: exampleToken(log), pipelining: memory(log) }), { secure: false });
    script.stream.start();
    await script.say('');
    expect(script.written()).not.toContain('<authenticate');
  });
});
