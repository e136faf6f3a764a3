import { describe, expect, it, vi } from 'vitest';
import {
  createSession,
  definePlugin,
  DisconnectedError,
  Element,
  iqQuery,
  isFromOwnAccount,
  isStanzaError,
  newId,
  StanzaError,
  TimeoutError,
  whenOnline,
  XmppError,
} from './index.ts';
import { attr, CodecError, element, optional } from './schema/index.ts';
import { link, xml } from './testing/index.ts';

const question = element('urn:q', 'question', { about: optional(attr()) });
const answer = element('urn:q', 'answer', { text: attr() });
const ask = iqQuery('get', question, answer);
const tell = iqQuery('set', question);
const maybe = iqQuery('get', question, answer, { mayBeEmpty: true });
const never = (): Promise<never> => new Promise(() => undefined);
const lastId = (wire: readonly string[]): string => /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;

describe('request and handle', () => {
  it('both sides are typed by one query', async () => {
    const { client, server } = link();
    server.handle(ask, ({ about }, { from }) => ({ text: `${about} from ${from}` }));
    server.handle(tell, () => undefined);
    expect(await client.request(ask, { about: 'x' }, { to: 'montague.lit' })).toEqual({
      text: 'x from romeo@montague.lit/orchard',
    });
    expect(await client.request(tell, {})).toBeUndefined();
  });

  it('the error of a handler is the answer', async () => {
    const { client, server, wire } = link();
    server.handle(ask, () => {
      throw new StanzaError('gone', {
        text: 'moved',
        address: 'xmpp:new@montague.lit',
        application: [new Element('too-late', 'urn:q')],
      });
    });
    const error: unknown = await client.request(ask, {}, { to: 'montague.lit' }).catch((reason: unknown) => reason);
    expect(isStanzaError(error, 'gone') && { ...error, application: error.application.map(String) }).toMatchObject({
      condition: 'gone',
      type: 'cancel',
      text: 'moved',
      address: 'xmpp:new@montague.lit',
      from: 'montague.lit',
      application: ['<too-late xmlns="urn:q"/>'],
    });
    expect((error as Error).message).toBe('montague.lit answered gone: moved');
    expect(wire.at(-1)).toContain('type="error"');
  });

  it('a fault of the handler is reported here and says nothing there', async () => {
    const { client, server, wire, faults } = link();
    server.handle(ask, () => {
      throw new TypeError('secret');
    });
    await expect(client.request(ask, {})).rejects.toMatchObject({
      condition: 'internal-server-error',
      text: undefined,
    });
    expect(wire.join()).not.toContain('secret');
    expect(faults).toMatchObject([{ message: 'secret' }]);
  });

  it.for([
    ['unknown payload', `<iq type='get' id='1' from='montague.lit'><x xmlns='urn:x'/></iq>`, 'service-unavailable'],
    [
      'set instead of get',
      `<iq type='set' id='1' from='montague.lit'><question xmlns='urn:q'/></iq>`,
      'service-unavailable',
    ],
    ['no payload', `<iq type='get' id='1' from='montague.lit'/>`, 'bad-request'],
    [
      'two payloads',
      `<iq type='get' id='1' from='montague.lit'><question xmlns='urn:q'/><question xmlns='urn:q'/></iq>`,
      'bad-request',
    ],
    ['no id', `<iq type='get' from='montague.lit'><question xmlns='urn:q'/></iq>`, 'bad-request'],
  ] as const)('RFC 6120 §8.2.3: %s', async ([, stanza, condition]) => {
    const { client, inject, wire, settle } = link();
    client.handle(ask, () => ({ text: 'never' }));
    inject(stanza);
    await settle();
    expect(wire.at(-1)).toContain(condition);
  });

  it('a request that does not fit its schema never reaches the handler', async () => {
    const strict = iqQuery('get', element('urn:q', 'strict', { about: attr() }));
    const { client, inject, wire, settle } = link();
    const handler = vi.fn();
    client.handle(strict, handler);
    inject(`<iq type='get' id='1' from='montague.lit'><strict xmlns='urn:q'/></iq>`);
    await settle();
    expect(handler).not.toHaveBeenCalled();
    expect(wire.at(-1)).toContain('strict/@about: missing');
  });

  it('a query has one handler, until it is disposed of', () => {
    const { client } = link();
    const first = client.handle(ask, () => ({ text: '' }));
    expect(() => client.handle(ask, () => ({ text: '' }))).toThrow(XmppError);
    first[Symbol.dispose]();
    client.handle(ask, () => ({ text: '' }))[Symbol.dispose]();
  });

  it('an answer without its payload is a typed error, unless it may be empty', async () => {
    const { client, server } = link();
    server.handle(tell, () => undefined);
    server.handle(iqQuery('get', question), () => undefined);
    expect(await client.request(maybe, {})).toBeUndefined();
    await expect(client.request(ask, {})).rejects.toThrow(`has no <answer xmlns='urn:q'/>`);
    await expect(client.request(ask, {})).rejects.toBeInstanceOf(CodecError);
  });

  it('an error without <error/> rejects', async () => {
    const { client, server, inject, wire } = link();
    server.handle(ask, never);
    const asked = client.request(ask, {}, { to: 'montague.lit' });
    inject(`<iq type='error' id='${lastId(wire)}' from='montague.lit'/>`);
    await expect(asked).rejects.toMatchObject({ condition: 'undefined-condition' });
  });

  it('silence, an abort, a lost connection and the end reject, each with its own reason', async () => {
    const { client, server, restart, settle } = link();
    server.handle(ask, never);
    await expect(client.request(ask, {}, { timeout: 5 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(client.request(ask, {}, { timeout: 5 })).rejects.toThrow(
      'no answer within 5 ms to question to the own server',
    );
    const controller = new AbortController();
    const aborted = client.request(ask, {}, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect(client.request(ask, {}, { signal: controller.signal })).rejects.toThrow('enough');
    const lost = client.request(ask, {});
    await settle();
    restart();
    await expect(lost).rejects.toBeInstanceOf(DisconnectedError);
  });

  it('the end of the session rejects what waits, and everything after', async () => {
    const control = createSession({ jid: 'a@b/c', write: () => never() });
    const waiting = control.session.request(ask, {});
    control.end(new DisconnectedError('closed'));
    await expect(waiting).rejects.toThrow('closed');
    await expect(control.session.send(new Element('message'))).rejects.toThrow('closed');
    expect(control.session.signal.aborted).toBe(true);
  });

  it('identifiers do not repeat and can not be guessed', () => {
    const ids = new Set(Array.from({ length: 1000 }, newId));
    expect(ids.size).toBe(1000);
    expect([...ids].every((id) => /^[\w-]{20}$/.test(id))).toBe(true);
  });
});

describe('row 5: who may answer', () => {
  const own = ['montague.lit', 'romeo@montague.lit', 'romeo@montague.lit/orchard', undefined];
  const cases: [to: string | undefined, from: string | undefined, accepted: boolean][] = [
    ...own.map((from): [undefined, string | undefined, boolean] => [undefined, from, true]),
    ...own.map((from): [string, string | undefined, boolean] => ['romeo@montague.lit', from, true]),
    [undefined, 'mallory@evil.example/x', false],
    [undefined, 'romeo@montague.lit/balcony', false],
    [undefined, 'not a@@jid', false],
    ['juliet@capulet.lit/balcony', 'juliet@capulet.lit/balcony', true],
    ['Juliet@Capulet.lit/balcony', 'juliet@capulet.lit/balcony', true],
    ['juliet@capulet.lit/balcony', 'juliet@capulet.lit', false],
    ['juliet@capulet.lit/balcony', 'juliet@capulet.lit/other', false],
    ['juliet@capulet.lit/balcony', 'capulet.lit', false],
    ['juliet@capulet.lit/balcony', undefined, false],
    ['montague.lit', undefined, true],
    ['montague.lit', 'romeo@montague.lit', false],
  ];
  it.for(cases)('asked %s, answered by %s: %s', async ([to, from, accepted]) => {
    const { client, inject, wire } = link();
    const asked = client.request(maybe, {}, { to, timeout: accepted ? 1000 : 10 });
    const id = lastId(wire);
    inject(
      `<iq type='result' id='${id}'${from === undefined ? '' : ` from='${from}'`}><answer xmlns='urn:q' text='hi'/></iq>`,
    );
    if (accepted) expect(await asked).toEqual({ text: 'hi' });
    else await expect(asked).rejects.not.toEqual({ text: 'hi' });
  });

  it('an answer with another id is nobody’s', async () => {
    const { client, server, inject } = link();
    server.handle(ask, never);
    const asked = client.request(ask, {}, { timeout: 10 });
    inject(`<iq type='result' id='guess'><answer xmlns='urn:q' text='hi'/></iq>`);
    await expect(asked).rejects.toBeInstanceOf(TimeoutError);
  });
});

describe('events', () => {
  it('come in stream order; a listener that throws stops nobody', () => {
    const { client, inject, faults } = link();
    const seen: string[] = [];
    client.on('message', () => {
      throw new Error('bad listener');
    });
    client.on('message', (stanza) => void seen.push(`m${stanza.attrs['id']}`));
    client.on('presence', (stanza) => void seen.push(`p${stanza.attrs['id']}`));
    inject(`<message id='1'/>`);
    inject(`<presence id='2'/>`);
    inject(`<message id='3'/>`);
    expect(seen).toEqual(['m1', 'p2', 'm3']);
    expect(faults).toMatchObject([{ message: 'bad listener' }, { message: 'bad listener' }]);
  });

  it('a payload is found by name and namespace; broken ones are faults, bounces are left out', () => {
    const { client, inject, faults } = link();
    const seen: string[] = [];
    client.on('message', answer, ({ text }, stanza) => void seen.push(`${text} ${stanza.attrs['from']}`));
    inject(`<message from='a@b'><answer xmlns='urn:q' text='1'/><answer xmlns='urn:other' text='no'/></message>`);
    inject(`<message from='a@b' type='error'><answer xmlns='urn:q' text='bounced'/></message>`);
    inject(`<presence><answer xmlns='urn:q' text='presence'/></presence>`);
    inject(`<message from='a@b'><answer xmlns='urn:q'/></message>`);
    inject(`<message from='c@d'><answer xmlns='urn:q' text='2'/></message>`);
    expect(seen).toEqual(['1 a@b', '2 c@d']);
    expect(faults).toMatchObject([{ message: 'answer/@text: missing' }]);
  });

  it('listening ends by disposing or by a signal', () => {
    const { client, inject } = link();
    const controller = new AbortController();
    const seen: string[] = [];
    const first = client.on('message', () => void seen.push('a'));
    client.on('message', () => void seen.push('b'), { signal: controller.signal });
    client.on('message', answer, () => void seen.push('c'), { signal: controller.signal });
    const stanza = `<message><answer xmlns='urn:q' text=''/></message>`;
    inject(stanza);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    inject(stanza);
    controller.abort();
    inject(stanza);
    client.on('message', () => void seen.push('never'), { signal: controller.signal });
    inject(stanza);
    expect(seen.join('')).toBe('abcbc');
  });

  it('an IQ from what is no address is a fault, not a crash', async () => {
    const { client, inject, faults, wire, settle } = link();
    client.handle(ask, () => ({ text: '' }));
    inject(`<iq type='get' id='1' from='@@@'><question xmlns='urn:q'/></iq>`);
    await settle();
    expect(wire).toEqual([]);
    expect(faults).toMatchObject([{ code: 'ERR_XMPP_STANZA' }]);
  });

  it('report makes a fault', () => {
    const { client, faults } = link();
    client.report('odd');
    expect(faults).toEqual(['odd']);
  });

  it('beforeSend adds to what goes out', async () => {
    const { client, wire } = link();
    client.beforeSend('presence', (stanza) => void stanza.c('c', { xmlns: 'urn:c' }));
    await client.send(new Element('presence'));
    await client.send(new Element('message'));
    expect(wire.map((line) => line.includes('urn:c'))).toEqual([true, false]);
  });

  it('whenOnline: now, and at every new session', () => {
    const { client, restart } = link();
    const begin = vi.fn();
    whenOnline(client, begin);
    restart();
    expect(begin).toHaveBeenCalledTimes(2);
  });

  it('isFromOwnAccount: no sender or the bare address, nobody else', () => {
    const { client } = link();
    expect(isFromOwnAccount(client, xml('<message/>'))).toBe(true);
    expect(isFromOwnAccount(client, xml(`<message from='Romeo@montague.lit'/>`))).toBe(true);
    for (const from of ['romeo@montague.lit/orchard', 'montague.lit', 'mallory@evil.example', '@']) {
      expect(isFromOwnAccount(client, xml(`<message from='${from}'/>`))).toBe(false);
    }
  });
});

describe('plugins', () => {
  it('are installed once, with what they require', () => {
    const { client } = link();
    const setup = vi.fn(() => ({ n: 1 }));
    const base = definePlugin({ name: 'base', setup });
    const upper = definePlugin({
      name: 'upper',
      requires: { base },
      setup: (_session, { base: { n } }) => ({ twice: 2 * n }),
    });
    expect(client.use(upper).twice).toBe(2);
    expect(client.use(base)).toBe(client.use(base));
    expect(client.use(upper)).toBe(client.use(upper));
    expect(setup).toHaveBeenCalledTimes(1);
  });
});

describe('errors', () => {
  it('instanceof holds across two copies of the package, and tells classes apart', async () => {
    vi.resetModules();
    const copy = await import('./errors.ts');
    expect(copy.TimeoutError).not.toBe(TimeoutError);
    const foreign = new copy.TimeoutError('late');
    expect(foreign).toBeInstanceOf(TimeoutError);
    expect(foreign).toBeInstanceOf(XmppError);
    expect(foreign).not.toBeInstanceOf(StanzaError);
    expect(new XmppError('ERR_X', 'x')).not.toBeInstanceOf(TimeoutError);
    expect(new Error('x')).not.toBeInstanceOf(XmppError);
    expect(foreign.name).toBe('TimeoutError');
    class Unbranded extends XmppError {}
    expect(new XmppError('ERR_X', 'x')).not.toBeInstanceOf(Unbranded);
    expect(new Unbranded('ERR_X', 'x')).toBeInstanceOf(Unbranded);
  });
});
