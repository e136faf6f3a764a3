import { parseJid } from '@xeps/core/jid';
import { bind, createElement, SaslError, StreamError } from '@xeps/stream';
import type { SaslGuard } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { sasl2 } from '../src/index.ts';
import type { Sasl2Task } from '../src/index.ts';
import {
  additional,
  answer,
  begin,
  blurdybloop,
  exampleChallenge,
  exampleCredentials,
  exampleProof,
  exampleScram,
  failure,
  features,
  header,
  inlineFeature,
  offer,
  refusal,
  sasl2Element,
  signingIn,
  success,
  userAgent,
  userAgentXml,
  written,
} from './harness.ts';

const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const megabind = "<megabind xmlns='urn:example:megabind'/>";
const bloop = ['BLURDYBLOOP'];
/** An inline feature that binds, so that signing in is the end of it. */
const binding = (log: string[] = []) =>
  inlineFeature('megabind', log, (_, stream) => stream.setBound(parseJid('juliet@example.org/balcony')));

describe('§2.1 SASL mechanism negotiation', () => {
  test('a stream without the feature is left to others', async () => {
    const script = signingIn();
    script.stream.start();
    await script.say(header() + features("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"));
    expect(script.closed).toMatchObject([{ reason: 'nothing-to-do' }]);
    expect(script.written()).not.toContain('urn:xmpp:sasl:2');
  });

  test('§3 nothing is said before TLS', async () => {
    const script = signingIn({}, { secure: false });
    script.stream.start();
    script.written();
    await script.say(header() + features(offer(bloop)));
    expect(script.closed).toMatchObject([{ reason: 'tls-required' }]);
    expect(script.written()).toBe('</stream:stream>');
  });

  test('a server with other mechanisms is not tried', async () => {
    const script = signingIn();
    script.stream.start();
    expect(await refusal(script, header() + features(offer(['X-OTHER'])))).toMatchObject({ condition: 'no-mechanism' });
  });

  test('guards look at the offer and the choice, and hear of success', async () => {
    const seen: string[] = [];
    const guard: SaslGuard = {
      name: 'watch',
      offered: ({ profile, mechanisms }) => void seen.push(`${profile}: ${mechanisms.join()}`),
      chosen: ({ mechanism }) => void seen.push(mechanism.name),
      succeeded: (_, { authenticated }) => void seen.push(`authenticated: ${authenticated}`),
    };
    const script = signingIn({ guards: [guard], inline: [binding()] });
    await begin(script, ['X-OTHER', ...bloop], megabind);
    await answer(script, success());
    expect(seen).toEqual(['sasl2: X-OTHER,BLURDYBLOOP', 'BLURDYBLOOP', 'authenticated: true']);
  });
});

describe('§2.3 SASL Data Encoding', () => {
  test.each([
    ['no initial response is no element', undefined, ''],
    ['an empty one is an empty element', '', '<initial-response/>'],
    ['any other is base64', 'hello', '<initial-response>aGVsbG8=</initial-response>'],
  ])('%s', async (_, initial, element) => {
    const script = signingIn({ mechanisms: [blurdybloop({ initial })] });
    expect(await begin(script, bloop)).toBe(
      `<authenticate xmlns="urn:xmpp:sasl:2" mechanism="BLURDYBLOOP">${element}${userAgentXml}</authenticate>`,
    );
  });

  test('empty challenges and responses are there and empty', async () => {
    const mechanism = blurdybloop({ answers: ['', 'x'] });
    const script = signingIn({ mechanisms: [mechanism] });
    await begin(script, bloop);
    expect(await answer(script, sasl2Element('challenge'))).toBe('<response xmlns="urn:xmpp:sasl:2"/>');
    expect(await answer(script, sasl2Element('challenge', '\n  eQ==\n'))).toBe(
      '<response xmlns="urn:xmpp:sasl:2">eA==</response>',
    );
    expect(mechanism.heard).toEqual(['', 'y']);
  });

  test.each([
    ['none', '', undefined],
    ['empty, as ejabberd sends it', '<additional-data/>', ''],
    ['some', '<additional-data>\n    cHJvb2Y=\n  </additional-data>', 'proof'],
  ])('additional data: %s', async (_, content, proof) => {
    const script = signingIn({ mechanisms: [blurdybloop({ proof })], inline: [binding()] });
    await begin(script, bloop, megabind);
    await answer(script, success(content));
    expect(script.online).toHaveLength(1);
  });

  test('data that is no base64 ends it, and the server is told', async () => {
    const script = signingIn({ mechanisms: [blurdybloop({ answers: ['x'] })] });
    await begin(script, bloop);
    expect(await refusal(script, sasl2Element('challenge', '%'))).toMatchObject({ condition: 'incorrect-encoding' });
  });
});

describe('§2.2 Initiation', () => {
  test('the request holds what the inline features ask for, and the wishes of tasks', async () => {
    const log: string[] = [];
    const task: Sasl2Task = {
      request: async ({ mechanisms }, { name }) => [createElement('wish', 'urn:example', { name }, mechanisms)],
      can: () => false,
      perform: () => Promise.reject(new Error('not here')),
    };
    const script = signingIn({
      inline: [inlineFeature('resume', log), binding(log), inlineFeature('other', log)],
      tasks: [task],
    });
    expect(await begin(script, bloop, `${megabind}<resume xmlns='urn:example:resume'/>`)).toBe(
      '<authenticate xmlns="urn:xmpp:sasl:2" mechanism="BLURDYBLOOP"><initial-response>aGVsbG8=</initial-response>' +
        `${userAgentXml}<wish xmlns="urn:example" name="BLURDYBLOOP">BLURDYBLOOP</wish>` +
        '<resume xmlns="urn:example:resume"/><megabind xmlns="urn:example:megabind"/></authenticate>',
    );
    await answer(script, success());
    // In the order in which they were asked for, and only those that were.
    expect(log).toEqual(['resume: success', 'megabind: success']);
    expect(String(script.online[0]?.jid)).toBe('juliet@example.org/balcony');
  });

  test('the user agent says only what it was given', async () => {
    expect(await begin(signingIn({ userAgent: {} }), bloop)).toContain('<user-agent/></authenticate>');
    const { id } = userAgent;
    expect(await begin(signingIn({ userAgent: { id } }), bloop)).toContain(`<user-agent id="${id}"/></authenticate>`);
  });
});

describe('§2.4 During Authentication', () => {
  test.each(['<message/>', '<presence/>', "<iq type='get' id='x'/>"])(
    '%s before success ends the stream',
    async (stanza) => {
      const script = signingIn({ inline: [binding()] });
      await begin(script, bloop, megabind);
      const error = await refusal(script, stanza + success());
      expect(error).toBeInstanceOf(StreamError);
      expect(error).toMatchObject({ condition: 'not-authorized' });
      expect(script.stanzas).toEqual([]);
      expect(script.online).toEqual([]);
    },
  );

  test.each(['response', 'authenticate', 'task-data', 'next'])('<%s/> belongs nowhere', async (name) => {
    const script = signingIn();
    await begin(script, bloop);
    expect(await refusal(script, sasl2Element(name))).toMatchObject({ condition: 'malformed-request' });
  });
});

describe('§2.5 Challenges and Responses', () => {
  test('as many as there are', async () => {
    const mechanism = blurdybloop({ answers: ['1', '2', '3'], proof: 'done' });
    const script = signingIn({ mechanisms: [mechanism], inline: [binding()] });
    await begin(script, bloop, megabind);
    for (const [challenge, response] of [
      ['YQ==', 'MQ=='],
      ['Yg==', 'Mg=='],
      ['Yw==', 'Mw=='],
    ] as const)
      expect(await answer(script, sasl2Element('challenge', challenge))).toBe(
        `<response xmlns="urn:xmpp:sasl:2">${response}</response>`,
      );
    await answer(script, success(additional('done')));
    expect(mechanism.heard).toEqual(['a', 'b', 'c']);
    expect(script.online).toHaveLength(1);
  });

  test('§4.5 a challenge that can’t be answered is answered by <abort/>', async () => {
    const script = signingIn();
    await begin(script, bloop);
    expect(await answer(script, sasl2Element('challenge', 'YQ=='))).toBe(
      '<abort xmlns="urn:xmpp:sasl:2"/></stream:stream>',
    );
    expect(script.closed[0]).toBeInstanceOf(SaslError);
  });
});

describe('§2.6.1 Success', () => {
  test('new features follow without a new stream, and the next module gets them', async () => {
    const script = signingIn(
      {},
      {
        modules: [sasl2({ mechanisms: [blurdybloop()], credentials: { username: 'juliet' }, userAgent }), bind()],
      },
    );
    await begin(script, bloop);
    const request = await answer(script, success() + features(bindFeature));
    expect(request).toMatch(/^<iq /);
    const [, id] = / id="([^"]+)"/.exec(request)!;
    await script.say(
      `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@example.org/x</jid></bind></iq>`,
    );
    expect(script.online).toHaveLength(1);
  });

  test('nobody signs in again when the features still offer it', async () => {
    const script = signingIn();
    await begin(script, bloop);
    expect(await refusal(script, success() + features(offer(bloop)))).toMatchObject({ reason: 'nothing-to-do' });
    expect(script.written()).not.toContain('<authenticate');
  });

  test('features after a binding mean nothing, and stanzas between are kept', async () => {
    const script = signingIn({ inline: [binding()] });
    await begin(script, bloop, megabind);
    await answer(script, success() + features(bindFeature) + "<message id='1'/>" + features(offer(bloop)));
    await script.say("<message id='2'/>");
    expect(script.online).toHaveLength(1);
    expect(script.stanzas.map(({ attrs }) => attrs['id'] as string)).toEqual(['1', '2']);
    expect(script.written()).toBe('');
    expect(script.stream.state).toBe('online');
  });

  test.each([
    ['a foreign account', 'romeo@example.org'],
    ['a foreign account, bound', 'romeo@example.org/orchard'],
    ['another domain', 'juliet@evil.example'],
    ['no account', 'example.org'],
    ['no address', 'a b@example.org'],
    ['nothing', ''],
  ])('row 7: %s as the authorization identifier is refused', async (_, identifier) => {
    const log: string[] = [];
    const script = signingIn({ account: parseJid('juliet@example.org'), inline: [binding(log)] });
    await begin(script, bloop, megabind);
    const error = await refusal(script, success('', identifier));
    expect(error).toBeInstanceOf(SaslError);
    expect(error).toMatchObject({ condition: 'invalid-authzid' });
    expect(log).toEqual([]);
    expect(script.online).toEqual([]);
  });

  test('row 7: a success without an authorization identifier is refused', async () => {
    const script = signingIn({ inline: [binding()] });
    await begin(script, bloop, megabind);
    expect(await refusal(script, sasl2Element('success'))).toMatchObject({ condition: 'invalid-authzid' });
  });

  test.each(['juliet@evil.example', 'juliet@sub.example.org', 'juliet@example.org.evil.example/x'])(
    'row 7: without an account given, %s is refused all the same',
    async (identifier) => {
      const script = signingIn({ inline: [binding()] });
      await begin(script, bloop, megabind);
      expect(await refusal(script, success('', identifier))).toMatchObject({ condition: 'invalid-authzid' });
      expect(script.online).toEqual([]);
    },
  );

  test('without an account given, anybody of the domain may have signed in', async () => {
    const script = signingIn({ inline: [binding()] });
    await begin(script, bloop, megabind);
    await answer(script, success('', 'f81d4fae@example.org'));
    expect(script.online).toHaveLength(1);
  });

  const scramStream = () =>
    signingIn({ mechanisms: [exampleScram], credentials: exampleCredentials, inline: [binding()] });

  test('SCRAM-SHA-256, with the example of RFC 7677', async () => {
    const script = scramStream();
    expect(await begin(script, ['SCRAM-SHA-256'], megabind)).toContain(
      `<initial-response>${btoa('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')}</initial-response>`,
    );
    expect(await answer(script, exampleChallenge)).toBe(
      '<response xmlns="urn:xmpp:sasl:2">' +
        `${btoa('c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=')}</response>`,
    );
    await answer(script, success(additional(exampleProof), 'user@example.org'));
    expect(script.online).toHaveLength(1);
  });

  test.each([
    ['without proof', ''],
    ['with an empty proof', '<additional-data/>'],
    ['with a wrong proof', additional(exampleProof.replace('6rri', '7rri'))],
    ['with an error for a proof', additional('e=other-error')],
  ])('row 7: success %s is refused', async (_, content) => {
    const script = scramStream();
    await begin(script, ['SCRAM-SHA-256'], megabind);
    await answer(script, exampleChallenge);
    const error = await refusal(script, success(content, 'user@example.org'));
    expect(error).toBeInstanceOf(SaslError);
    expect(script.online).toEqual([]);
  });

  test('row 7: success before the server could prove anything is refused', async () => {
    const script = scramStream();
    await begin(script, ['SCRAM-SHA-256'], megabind);
    expect(await refusal(script, success(additional(exampleProof), 'user@example.org'))).toMatchObject({
      condition: 'server-signature-invalid',
    });
    expect(script.online).toEqual([]);
  });
});

describe('§2.6.2 Failure', () => {
  test('the condition and the text are told, and what the mechanism kept is forgotten', async () => {
    const mechanism = blurdybloop();
    const script = signingIn({ mechanisms: [mechanism] });
    await begin(script, bloop);
    const error = await refusal(script, failure('account-disabled', '<text>Pay first.</text><other xmlns="urn:x"/>'));
    expect(error).toMatchObject({ condition: 'account-disabled', text: 'Pay first.' });
    expect(String(error)).toContain('example.org refused to sign in by BLURDYBLOOP: account-disabled (Pay first.)');
    expect(mechanism.heard).toEqual(['failure']);
  });

  test('a condition that nobody knows reads as not-authorized', async () => {
    const script = signingIn();
    await begin(script, bloop);
    expect(await refusal(script, failure('made-up'))).toMatchObject({ condition: 'not-authorized' });
  });
});

describe('§2.6.3 Continue', () => {
  const totp = (): Sasl2Task & { readonly heard: string[] } => {
    const heard: string[] = [];
    return {
      heard,
      can: (name) => name === 'TOTP-EXAMPLE',
      async perform(name, exchange) {
        exchange.next(createElement('totp', 'urn:totp:example', {}, ['1']));
        heard.push(name, (await exchange.receive()).getChildText('totp')!);
        exchange.send(createElement('totp', 'urn:totp:example', {}, ['2']));
      },
    };
  };
  const tasks = (...names: string[]) =>
    sasl2Element(
      'continue',
      `${additional('proof')}<tasks>${names.map((name) => `<task>${name}</task>`).join('')}</tasks><text>2FA</text>`,
    );
  const taskData = sasl2Element('task-data', "<totp xmlns='urn:totp:example'>code</totp>");
  const started = async (options: Parameters<typeof signingIn>[0] = {}) => {
    const script = signingIn({ mechanisms: [blurdybloop({ proof: 'proof' })], inline: [binding()], ...options });
    await begin(script, bloop, megabind);
    return script;
  };

  test('a task that is known is done; the success after it needs no proof again', async () => {
    const task = totp();
    const script = await started({ tasks: [task] });
    expect(await answer(script, tasks('HOTP-EXAMPLE', 'TOTP-EXAMPLE'))).toBe(
      '<next xmlns="urn:xmpp:sasl:2" task="TOTP-EXAMPLE"><totp xmlns="urn:totp:example">1</totp></next>',
    );
    expect(await answer(script, taskData)).toBe(
      '<task-data xmlns="urn:xmpp:sasl:2"><totp xmlns="urn:totp:example">2</totp></task-data>',
    );
    await answer(script, success());
    expect(task.heard).toEqual(['TOTP-EXAMPLE', 'code']);
    expect(script.online).toHaveLength(1);
  });

  test('one task after another', async () => {
    const task = totp();
    const script = await started({ tasks: [task] });
    for (let round = 0; round < 2; round += 1) {
      await answer(script, tasks('TOTP-EXAMPLE'));
      await answer(script, taskData);
    }
    await answer(script, success());
    expect(script.online).toHaveLength(1);
  });

  test.each([
    ['unknown tasks', tasks('HOTP-EXAMPLE', 'X')],
    ['no task at all', sasl2Element('continue', additional('proof'))],
  ])('%s: SaslError task, and the server is told', async (_, element) => {
    const script = await started({ tasks: [totp()] });
    expect(await answer(script, element)).toBe('<abort xmlns="urn:xmpp:sasl:2"/></stream:stream>');
    expect(script.closed[0]).toBeInstanceOf(SaslError);
    expect(script.closed[0]).toMatchObject({ condition: 'task' });
    expect(script.online).toEqual([]);
  });

  test('row 7: no task is done for a server that has not proved itself', async () => {
    const task = totp();
    const script = await started({ tasks: [task] });
    expect(await refusal(script, tasks('TOTP-EXAMPLE').replace(btoa('proof'), btoa('wrong')))).toMatchObject({
      condition: 'server-signature-invalid',
    });
    expect(task.heard).toEqual([]);
  });

  test('a task that fails is a failure to sign in', async () => {
    const script = await started({ tasks: [totp()] });
    await answer(script, tasks('TOTP-EXAMPLE'));
    expect(await refusal(script, failure('credentials-expired'))).toMatchObject({ condition: 'credentials-expired' });
  });

  test('a failure after all was said is one too', async () => {
    const script = await started({ tasks: [totp()] });
    await answer(script, tasks('TOTP-EXAMPLE'));
    await answer(script, taskData);
    expect(await refusal(script, failure('not-authorized'))).toMatchObject({ condition: 'not-authorized' });
  });

  test('a server can’t skip the task with success', async () => {
    const script = await started({ tasks: [totp()] });
    await answer(script, tasks('TOTP-EXAMPLE'));
    expect(await refusal(script, success())).toMatchObject({ condition: 'malformed-request' });
    expect(script.online).toEqual([]);
  });

  test('a challenge after the mechanism is over belongs nowhere', async () => {
    const mechanism = blurdybloop({ proof: 'proof', answers: ['more'] });
    const script = await started({ mechanisms: [mechanism], tasks: [totp()] });
    await answer(script, tasks('TOTP-EXAMPLE'));
    await answer(script, taskData);
    expect(await refusal(script, sasl2Element('challenge'))).toMatchObject({ condition: 'malformed-request' });
  });

  test('the end of the connection in the middle of a task ends the wait', async () => {
    const script = await started({ tasks: [totp()] });
    await answer(script, tasks('TOTP-EXAMPLE'));
    script.stream.end();
    await written(script);
    expect(script.closed).toHaveLength(1);
  });
});
