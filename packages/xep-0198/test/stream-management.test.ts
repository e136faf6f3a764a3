import { Element } from '@xeps/core';
import type { EncodedStanza, Receipt } from '@xeps/stream';
import { bind, encodeStanza, plain, sasl, StreamError } from '@xeps/stream';
import type { StreamManagement, StreamManagementOptions, StreamManagementState } from '@xeps/xep-0198';
import { createStreamManagement, redelivery, StreamManagementError } from '@xeps/xep-0198';
import { describe, expect, test } from 'vitest';
import {
  bindFeature,
  bound,
  features,
  header,
  saslFeature,
  scripted,
  signIn,
  success,
  untilBind,
} from '../../stream/test/harness.ts';
import type { Scripted } from '../../stream/test/harness.ts';
import { testJournal } from './journal.ts';
import { manualClock } from './manual-clock.ts';

const sm = "xmlns='urn:xmpp:sm:3'";
const smFeature = `<sm ${sm}/>`;
const enabled = `<enabled ${sm} id='session-1' resume='true'/>`;
const incoming = (id: string): string => `<message from='romeo@example.net' id='${id}'><body>${id}</body></message>`;

interface Managed extends Scripted {
  readonly management: StreamManagement;
  readonly clock: ReturnType<typeof manualClock>;
}

/** A stream of `management`, or of one of its own. */
function managed(before?: Managed, options: Partial<StreamManagementOptions> = {}): Managed {
  const clock = before?.clock ?? manualClock();
  const management = before?.management ?? createStreamManagement({ clock, ...options });
  const modules = [
    sasl({ mechanisms: [plain], credentials: { username: 'juliet', password: 'secret' } }),
    management.module,
    bind(),
  ];
  return { ...scripted({ modules }), management, clock };
}

async function enable(script: Managed, answer = enabled): Promise<void> {
  await signIn(script, smFeature);
  expect(script.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
  await script.say(answer);
}

/** Signs in on a new connection up to the answer to `<resume/>`. */
async function reconnect(before: Managed): Promise<Managed> {
  before.stream.end();
  const script = managed(before);
  script.stream.start();
  await script.say(header() + features(saslFeature));
  await script.say(success);
  await script.say(header() + features(bindFeature + smFeature));
  return script;
}

function receipt(): Receipt & { state: 'waiting' | 'acked' | Error } {
  const self = {
    state: 'waiting' as 'waiting' | 'acked' | Error,
    acked: () => void (self.state = 'acked'),
    failed: (error: Error) => void (self.state = error),
  };
  return self;
}
const stanza = (name: 'message' | 'presence' | 'iq', id: string, type?: string): EncodedStanza =>
  encodeStanza(new Element(name, { id, ...(type !== undefined && { type }) }));
const send = (script: Managed, name: 'message' | 'presence' | 'iq', id: string): ReturnType<typeof receipt> => {
  const taken = receipt();
  expect(script.stream.send(stanza(name, id), taken)).toBe(true);
  return taken;
};

describe('§4 Acks', () => {
  test('every kind of stanza counts once in both directions, and nothing else does', async () => {
    const script = managed();
    await enable(script);
    await script.say(
      `${incoming('a')}<presence/><iq type='result' id='x'/><iq type='get' id='y'><q xmlns='q'/></iq><r ${sm}/><a ${sm} h='0'/><other xmlns='o'/>`,
    );
    expect(script.written()).toBe('<a xmlns="urn:xmpp:sm:3" h="4"/>');
    const receipts = [send(script, 'message', '1'), send(script, 'iq', '2'), send(script, 'presence', '3')];
    await script.say(`<a ${sm} h='2'/>`);
    expect(receipts.map(({ state }) => state)).toEqual(['acked', 'acked', 'waiting']);
    await script.say(`<a ${sm} h='3'/>`);
    expect(receipts[2]?.state).toBe('acked');
    expect(script.management.unacked).toBe(0);
  });

  test('stanzas before <enabled/> are not counted, those behind it in the same piece are', async () => {
    const script = managed();
    const id = await untilBind(script, smFeature);
    await script.say(bound(id) + incoming('early') + enabled + incoming('late') + `<r ${sm}/>`);
    expect(script.stanzas).toHaveLength(2);
    expect(script.written()).toContain('<a xmlns="urn:xmpp:sm:3" h="1"/>');
  });

  test('an acknowledgement is asked for after some stanzas, and after a pause', async () => {
    const script = managed(undefined, { requestAfterStanzas: 3, requestAfterMilliseconds: 100 });
    await enable(script);
    send(script, 'message', '1');
    send(script, 'message', '2');
    expect(script.written()).not.toContain('<r ');
    send(script, 'message', '3');
    expect(script.written()).toMatch(/<r xmlns="urn:xmpp:sm:3"\/>$/);
    await script.say(`<a ${sm} h='3'/>`);
    send(script, 'message', '4');
    script.clock.advance(99);
    expect(script.written()).not.toContain('<r ');
    script.clock.advance(1);
    expect(script.written()).toContain('<r ');
  });

  test('counters wrap at 2^32 in both directions', async () => {
    const script = managed(undefined, {
      journal: testJournal({
        id: 'old',
        jid: 'juliet@example.org/x',
        inbound: 0xffff_ffff,
        outbound: 0xffff_fffe,
        unacked: [],
      }),
    });
    script.stream.start();
    await script.say(header() + features(saslFeature));
    await script.say(success);
    await script.say(header() + features(bindFeature + smFeature));
    expect(script.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="4294967295" previd="old"/>');
    await script.say(`<resumed ${sm} previd='old' h='4294967294'/>${incoming('a')}${incoming('b')}<r ${sm}/>`);
    expect(script.written()).toBe('<a xmlns="urn:xmpp:sm:3" h="1"/>');
    const receipts = ['1', '2', '3'].map((id) => send(script, 'message', id));
    await script.say(`<a ${sm} h='1'/>`);
    expect(receipts.map(({ state }) => state)).toEqual(['acked', 'acked', 'acked']);
  });

  test.each([
    ['§6 an h that is too high', '7', 'undefined-condition'],
    ['an h that goes back', '4294967295', 'undefined-condition'],
    ['no number', 'many', 'bad-format'],
    ['a number of more than 32 bits', '4294967296', 'bad-format'],
  ])('row 11: %s ends the stream with a typed error', async (_, h, condition) => {
    const script = managed();
    await enable(script);
    send(script, 'message', '1');
    script.written();
    await script.say(`<a ${sm} h='${h}'/>`);
    expect(script.closed[0]).toBeInstanceOf(StreamError);
    expect(script.closed[0]).toMatchObject({ condition });
    const written = script.written();
    if (condition === 'undefined-condition')
      expect(written).toContain(`<handled-count-too-high xmlns="urn:xmpp:sm:3" h="${h}" send-count="1"/>`);
    expect(written).toMatch(/<\/stream:stream>$/);
    // A peer that can't count can't resume: what it was sent is handed back.
    expect(script.management.resumable).toBe(false);
    expect(script.management.takeLost()).toHaveLength(1);
  });

  test('§4 closing asks once more and says what was handled, before the end of the stream', async () => {
    const script = managed();
    await enable(script);
    const sent = send(script, 'message', '1');
    await script.say(incoming('a'));
    script.written();
    script.stream.close();
    expect(script.written()).toBe('<r xmlns="urn:xmpp:sm:3"/><a xmlns="urn:xmpp:sm:3" h="1"/></stream:stream>');
    await script.say(`<a ${sm} h='1'/></stream:stream>`);
    expect(sent.state).toBe('acked');
    expect(script.closed).toEqual([undefined]);
  });
});

describe('§3 Enabling', () => {
  test('a refusal is reported, and sending goes on without acknowledgements', async () => {
    const failures: StreamManagementError[] = [];
    const script = managed(undefined, { onFailed: (error) => failures.push(error) });
    await signIn(script, smFeature);
    const early = send(script, 'message', '1');
    await script.say(`<failed ${sm}><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`);
    expect(failures[0]).toBeInstanceOf(StreamManagementError);
    expect(failures).toMatchObject([{ reason: 'enable', condition: 'internal-server-error' }]);
    expect(early.state).toBe('acked');
    expect(send(script, 'message', '2').state).toBe('acked');
    expect(script.management.active).toBe(false);
  });

  test('a server without the feature is not asked', async () => {
    const script = managed();
    await signIn(script);
    expect(script.written()).toBe('');
    expect(send(script, 'message', '1').state).toBe('acked');
  });

  test('a session that can’t be resumed is not resumed: id without resume', async () => {
    const script = managed();
    await enable(script, `<enabled ${sm} id='x'/>`);
    expect(script.management.active).toBe(true);
    expect(script.management.resumable).toBe(false);
  });

  test('max and location are kept', async () => {
    const script = managed();
    await enable(script, `<enabled ${sm} id='x' resume='1' max='300' location='[2001:db8::1]:5223'/>`);
    expect(script.management.location).toBe('[2001:db8::1]:5223');
    expect(script.management.snapshot()).toMatchObject({ id: 'x', max: 300 });
  });
});

describe('§5 Resumption', () => {
  test('row 2: what h covers is not sent again, the rest is, in order, and counting goes on', async () => {
    const first = managed();
    await enable(first);
    await first.say(incoming('in-1') + incoming('in-2'));
    const receipts = ['1', '2', '3'].map((id) => send(first, 'message', id));
    const second = await reconnect(first);
    expect(second.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="2" previd="session-1"/>');
    await second.say(`<resumed ${sm} previd='session-1' h='1'/>${incoming('in-3')}<r ${sm}/>`);
    expect(second.online).toMatchObject([{ resumed: true }]);
    expect(String(second.online[0]?.jid)).toBe('juliet@example.org/balcony');
    expect(second.written()).toBe(
      '<message id="2"/><message id="3"/><r xmlns="urn:xmpp:sm:3"/><a xmlns="urn:xmpp:sm:3" h="3"/>',
    );
    expect(second.stanzas.map((element) => element.attrs['id'] as string)).toEqual(['in-3']);
    expect(receipts.map(({ state }) => state)).toEqual(['acked', 'waiting', 'waiting']);
    const fourth = send(second, 'message', '4');
    await second.say(`<a ${sm} h='4'/>`);
    expect([...receipts, fourth].map(({ state }) => state)).toEqual(Array(4).fill('acked'));
  });

  test('it can be done again and again', async () => {
    let script = managed();
    await enable(script);
    for (let round = 1; round <= 5; round += 1) {
      send(script, 'message', `${round}`);
      script = await reconnect(script);
      await script.say(`<resumed ${sm} previd='session-1' h='${round - 1}'/>${incoming(`in-${round}`)}`);
      expect(script.written()).toContain(`<message id="${round}"/>`);
      await script.say(`<a ${sm} h='${round}'/><r ${sm}/>`);
      expect(script.written()).toContain(`h="${round}"`);
    }
  });

  test('§5 <failed/> with h: what it covers is settled, the rest is handed back, and a new address is bound', async () => {
    const failures: StreamManagementError[] = [];
    const first = managed(undefined, { onFailed: (error) => failures.push(error) });
    await enable(first);
    const receipts = ['1', '2'].map((id) => send(first, 'message', id));
    const second = await reconnect(first);
    second.written();
    await second.say(`<failed ${sm} h='1'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`);
    const id = /id="([^"]+)"/.exec(second.written())?.[1] ?? '';
    await second.say(bound(id, 'juliet@example.org/new'));
    expect(second.online).toMatchObject([{ resumed: false }]);
    expect(second.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
    expect(receipts.map(({ state }) => state)).toEqual(['acked', 'waiting']);
    expect(second.management.takeLost().map((entry) => entry.stanza.text)).toEqual(['<message id="2"/>']);
    expect(failures).toMatchObject([{ reason: 'resume', condition: 'item-not-found' }]);
  });

  test.each([
    ['h too high', `<resumed ${sm} previd='session-1' h='9'/>`],
    ['no h', `<resumed ${sm} previd='session-1'/>`],
    ['another session', `<resumed ${sm} previd='session-2' h='0'/>`],
    ['a stanza instead', incoming('early')],
  ])('row 11: an answer with %s ends the stream', async (_, answer) => {
    const first = managed();
    await enable(first);
    send(first, 'message', '1');
    const second = await reconnect(first);
    await second.say(answer);
    expect(second.closed[0]).toBeInstanceOf(StreamError);
    expect(second.online).toEqual([]);
    expect(second.stanzas).toEqual([]);
  });

  test('a server that lost the feature: the session is given up and nothing is forgotten', async () => {
    const first = managed();
    await enable(first);
    send(first, 'message', '1');
    first.stream.end();
    const second = managed(first);
    await signIn(second);
    expect(second.management.takeLost()).toHaveLength(1);
  });

  test('a stream that ends in one piece with <resumed/> leaves nothing behind', async () => {
    const first = managed();
    await enable(first);
    send(first, 'message', '1');
    const second = await reconnect(first);
    await second.say(`<resumed ${sm} previd='session-1' h='0'/></stream:stream>`);
    expect(second.online).toEqual([]);
    const third = await reconnect(second);
    third.written();
    await third.say(`<failed ${sm}/>`);
    const id = /id="([^"]+)"/.exec(third.written())?.[1] ?? '';
    await third.say(bound(id));
    expect(third.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
    expect(third.management.takeLost()).toHaveLength(1);
  });

  test('a connection that dies during resumption loses nothing', async () => {
    const first = managed();
    await enable(first);
    send(first, 'message', '1');
    const second = await reconnect(first);
    const third = await reconnect(second);
    await third.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    expect(third.written()).toContain('<message id="1"/>');
  });

  test('a wish to resume that is not answered ends the stream; after the second a new session begins', async () => {
    const failures: unknown[] = [];
    const first = managed(undefined, { resumeTimeout: 5_000, onFailed: (error) => failures.push(error) });
    await enable(first);
    send(first, 'message', '1');
    let script = first;
    for (let attempt = 0; attempt < 2; attempt += 1) {
      script = await reconnect(script);
      expect(script.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="0" previd="session-1"/>');
      script.clock.advance(4_999);
      await script.say('');
      expect(script.closed).toEqual([]);
      script.clock.advance(1);
      await script.say('');
      expect(script.closed).toMatchObject([{ name: 'TimeoutError' }]);
      expect([script.management.resumable, failures]).toEqual([true, []]);
    }
    script = await reconnect(script);
    const [, id = ''] = /<iq [^>]*id="([^"]+)"><bind [^>]*\/><\/iq>$/.exec(script.written()) ?? [];
    await script.say(bound(id));
    expect(script.online).toMatchObject([{ resumed: false }]);
    expect(failures).toMatchObject([{ reason: 'resume', condition: 'remote-server-timeout' }]);
    expect(script.management.takeLost()).toHaveLength(1);
  });

  test('streams that are given up sooner count for as long as they waited; an answer settles it', async () => {
    const first = managed(undefined, { resumeTimeout: 5_000 });
    await enable(first);
    let script = first;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      script = await reconnect(script);
      script.clock.advance(3_000);
    }
    // 9 s by now: asked a fourth time, and answered.
    expect(script.written()).toContain('<resume ');
    await script.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    expect(script.online).toMatchObject([{ resumed: true }]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      script = await reconnect(script);
      expect(script.written()).toContain('<resume ');
      // A machine that slept has not waited.
      script.clock.advance(attempt === 0 ? 1 : 3_600_000);
    }
    expect((await reconnect(script)).written()).toContain('<resume ');
  });

  test('a snapshot survives JSON and resumes elsewhere', async () => {
    const first = managed();
    await enable(first);
    await first.say(incoming('a'));
    send(first, 'message', '1');
    const state = JSON.parse(JSON.stringify(first.management.snapshot())) as StreamManagementState;
    const second = managed(undefined, { journal: testJournal(state) });
    second.stream.start();
    await second.say(header() + features(saslFeature));
    await second.say(success);
    await second.say(header() + features(bindFeature + smFeature));
    expect(second.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="1" previd="session-1"/>');
    await second.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    expect(second.written()).toContain('<message id="1"/>');
    expect(String(second.online[0]?.jid)).toBe('juliet@example.org/balcony');
  });
});

describe('redelivery on a new session', () => {
  const time = Date.UTC(2026, 0, 2, 3, 4, 5);
  const text = (encoded: EncodedStanza): string | undefined =>
    redelivery({ stanza: encoded, time, receipt: undefined })?.text;

  test('§4 messages are sent again with their id and the time of the first sending', () => {
    expect(text(stanza('message', '1', 'chat'))).toBe(
      '<message id="1" type="chat"><delay xmlns="urn:xmpp:delay" stamp="2026-01-02T03:04:05.000Z"/></message>',
    );
  });

  test('a delay of the sender’s own stays the only one', () => {
    const message = new Element('message').c('delay', { xmlns: 'urn:xmpp:delay', stamp: '2020-01-01T00:00:00Z' }).up();
    expect(text(encodeStanza(message))).toBe(
      '<message><delay xmlns="urn:xmpp:delay" stamp="2020-01-01T00:00:00Z"/></message>',
    );
  });

  test('room messages, presence and IQs are not', () => {
    expect([stanza('message', '1', 'groupchat'), stanza('presence', '2'), stanza('iq', '3', 'set')].map(text)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('many thousand acknowledgements take no quadratic time', async () => {
  const script = managed(undefined, { requestAfterStanzas: 1_000_000 });
  await enable(script);
  const count = 50_000;
  const begin = performance.now();
  for (let index = 0; index < count; index += 1) script.stream.send(stanza('message', 'x'));
  for (let index = 1; index <= count; index += 1) script.stream.receive(`<a ${sm} h='${index}'/>`);
  expect(script.management.unacked).toBe(0);
  expect(performance.now() - begin).toBeLessThan(5_000);
});
