import { parseJid } from '@xeps/core/jid';
import { createElement, NegotiationError, SaslError } from '@xeps/stream';
import type { InlineFeature } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { answer, begin, features, refusal, signingIn, success, userAgentXml } from '../../xep-0388/test/harness.ts';
import { bind2 } from '../src/index.ts';
import type { Bind2Options } from '../src/index.ts';

const bloop = ['BLURDYBLOOP'];
const bindOffer = (...names: string[]): string =>
  `<bind xmlns='urn:xmpp:bind:0'><inline>${names.map((name) => `<feature var='${name}'/>`).join('')}</inline></bind>`;
const bound = (content = '', identifier = 'juliet@example.org/x', more = ''): string =>
  success(`${more}<bound xmlns='urn:xmpp:bind:0'>${content}</bound>`, identifier);
const failed = (condition: string): string =>
  success(
    `<failed xmlns='urn:xmpp:bind:0'><error type='cancel'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>No.</text>` +
      `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></failed>`,
  );

/** A feature to enable with the binding. */
function enabling(xmlns: string, log: string[] = []): InlineFeature {
  return {
    name: xmlns,
    request: async (offer) => (offer.get(xmlns) === undefined ? undefined : createElement('enable', xmlns)),
    answered: (result, { jid }) => void log.push(`${xmlns}: ${result.name}, bound ${jid}`),
  };
}

const binding = (options: Bind2Options = {}) => signingIn({ inline: [bind2(options)] });

describe('§3.1 Discovering support', () => {
  test('a server without it is not asked', async () => {
    expect(await begin(binding({ tag: 'x' }), bloop)).not.toContain('<bind');
  });

  test('a feature is asked for only where it can be enabled with the binding', async () => {
    const script = binding({ tag: 'x', inline: ['urn:a', 'urn:b'].map((xmlns) => enabling(xmlns)) });
    // Offered for signing in, not for binding.
    expect(await begin(script, bloop, `${bindOffer('urn:a', 'urn:c')}<b xmlns='urn:b'/>`)).toContain(
      '<bind xmlns="urn:xmpp:bind:0"><tag>x</tag><enable xmlns="urn:a"/></bind>',
    );
  });

  test('a server that enables nothing else', async () => {
    expect(await begin(binding({ inline: [enabling('urn:a')] }), bloop, "<bind xmlns='urn:xmpp:bind:0'/>")).toBe(
      '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="BLURDYBLOOP"><initial-response>aGVsbG8=</initial-response>' +
        `${userAgentXml}<bind xmlns="urn:xmpp:bind:0"/></authenticate>`,
    );
  });
});

describe('§3.2 Performing the bind', () => {
  test('the address is bound, then the features that were asked for hear the answer', async () => {
    const log: string[] = [];
    const script = binding({
      inline: [enabling('urn:a', log), enabling('urn:b', log), enabling('urn:c', log)],
      onBound: (element) => void log.push(element.getChild('metadata')!.getNS()!),
    });
    await begin(script, bloop, bindOffer('urn:c', 'urn:a'));
    await answer(script, bound("<metadata xmlns='urn:xmpp:mam:2'/>", 'juliet@example.org/AwesomeXMPP.4232f4d4'));
    expect(String(script.online[0]?.jid)).toBe('juliet@example.org/AwesomeXMPP.4232f4d4');
    const who = 'juliet@example.org/AwesomeXMPP.4232f4d4';
    expect(log).toEqual([`urn:a: bound, bound ${who}`, `urn:c: bound, bound ${who}`, 'urn:xmpp:mam:2']);
  });

  test('features that follow mean nothing any more', async () => {
    const script = binding();
    await begin(script, bloop, bindOffer());
    await answer(
      script,
      bound() + features("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>"),
    );
    await script.say("<message id='1'/>");
    expect(script.stanzas).toHaveLength(1);
    expect(script.written()).toBe('');
    expect(script.closed).toEqual([]);
  });

  test('another stream is another request', async () => {
    const log: string[] = [];
    const feature = bind2({ inline: [enabling('urn:a', log)] });
    for (const offered of [bindOffer('urn:a'), bindOffer()]) {
      const script = signingIn({ inline: [feature] });
      await begin(script, bloop, offered);
      await answer(script, bound());
      expect(script.online).toHaveLength(1);
    }
    expect(log).toEqual(['urn:a: bound, bound juliet@example.org/x']);
  });

  const resume: InlineFeature = {
    name: 'resume',
    request: () => createElement('resume', 'urn:xmpp:sm:3'),
    answered(result, stream) {
      if (result.getChild('resumed') !== undefined)
        stream.setBound(parseJid('juliet@example.org/old'), { resumed: true });
    },
  };

  test('a session that is resumed needs no binding', async () => {
    const log: string[] = [];
    const script = signingIn({
      inline: [resume, bind2({ inline: [enabling('urn:a', log)], onBound: () => void log.push('bound') })],
    });
    expect(await begin(script, bloop, bindOffer('urn:a'))).toMatch(/<resume .*<bind /);
    await answer(script, success("<resumed xmlns='urn:xmpp:sm:3'/>"));
    expect(script.online).toMatchObject([{ resumed: true }]);
    expect(String(script.online[0]?.jid)).toBe('juliet@example.org/old');
    expect(log).toEqual([]);
  });

  test('one that is not is followed by the binding', async () => {
    const script = signingIn({ inline: [resume, bind2()] });
    await begin(script, bloop, bindOffer());
    await answer(script, bound('', 'juliet@example.org/new', "<failed xmlns='urn:xmpp:sm:3'/>"));
    expect(script.online).toMatchObject([{ resumed: false }]);
    expect(String(script.online[0]?.jid)).toBe('juliet@example.org/new');
  });

  test.each([
    ['item-not-found', 'never'],
    ['not-allowed', 'never'],
    ['resource-constraint', 'again'],
    ['internal-server-error', 'again'],
  ])('a binding refused with %s is a NegotiationError', async (condition, retry) => {
    const script = binding();
    await begin(script, bloop, bindOffer());
    const error = await refusal(script, failed(condition));
    expect(error).toBeInstanceOf(NegotiationError);
    expect(error).toMatchObject({ reason: 'bind', retry });
    expect(String(error)).toContain(`example.org did not bind an address: ${condition}`);
    expect(script.online).toEqual([]);
  });

  test('a success that says nothing of the binding is one too', async () => {
    const script = binding();
    await begin(script, bloop, bindOffer());
    expect(String(await refusal(script, success()))).toContain('it gave no reason');
  });

  test('a binding that is refused enables nothing', async () => {
    const log: string[] = [];
    const script = binding({ inline: [enabling('urn:a', log)], onBound: () => void log.push('bound') });
    await begin(script, bloop, bindOffer('urn:a'));
    await refusal(script, failed('not-allowed'));
    expect(log).toEqual([]);
  });

  test('an address without a resource is no binding', async () => {
    const script = binding();
    await begin(script, bloop, bindOffer());
    const error = await refusal(script, bound('', 'juliet@example.org'));
    expect(error).toMatchObject({ reason: 'bind' });
    expect(String(error)).toContain('"juliet@example.org"');
  });

  test.each(['juliet@evil.example/x', 'juliet@sub.example.org/x', 'example.org/juliet@x'])(
    'row 7: the address %s, of another domain or account, is refused',
    async (identifier) => {
      const script = signingIn({ account: parseJid('juliet@example.org'), inline: [bind2()] });
      await begin(script, bloop, bindOffer());
      const error = await refusal(script, bound('', identifier));
      expect(error).toBeInstanceOf(SaslError);
      expect(error).toMatchObject({ condition: 'invalid-authzid' });
      expect(script.online).toEqual([]);
    },
  );
});
