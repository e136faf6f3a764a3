import { Element } from '@xeps/core';
import type { Receipt } from '@xeps/stream';
import { bind, encodeStanza, plain, StreamError } from '@xeps/stream';
import type { StreamManagement, StreamManagementError, StreamManagementOptions } from '@xeps/xep-0198';
import { createStreamManagement } from '@xeps/xep-0198';
import { describe, expect, test } from 'vitest';
import { bindFeature, bound as boundByIq, features, header, scripted, settle } from '../../stream/test/harness.ts';
import type { Scripted } from '../../stream/test/harness.ts';
import { bind2 } from '../../xep-0386/src/index.ts';
import { sasl2 } from '../../xep-0388/src/index.ts';
import { testJournal } from './journal.ts';
import { manualClock } from './manual-clock.ts';

const sm = "xmlns='urn:xmpp:sm:3'";
const smFeature = `<sm ${sm}/>`;
const bindOffer = "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:sm:3'/></inline></bind>";
const bareBindOffer = "<bind xmlns='urn:xmpp:bind:0'/>";
const offer = (inline: string): string =>
  features(
    `<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism><inline>${inline}</inline></authentication>`,
  );
const success = (content: string, resource = '/new'): string =>
  `<success xmlns='urn:xmpp:sasl:2'><authorization-identifier>juliet@example.org${resource}</authorization-identifier>${content}</success>`;
const bound = (content: string): string => `<bound xmlns='urn:xmpp:bind:0'>${content}</bound>`;
const enabled = `<enabled ${sm} id='session-1' resume='true'/>`;
const notFound = (h = ''): string =>
  `<failed ${sm}${h && ` h='${h}'`}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`;
const incoming = (id: string): string => `<message from='romeo@example.net' id='${id}'/>`;

interface Managed extends Scripted {
  readonly management: StreamManagement;
  readonly clock: ReturnType<typeof manualClock>;
  readonly failures: StreamManagementError[];
}

function managed(before?: Managed, options: Partial<StreamManagementOptions> = {}): Managed {
  const clock = before?.clock ?? manualClock();
  const failures = before?.failures ?? [];
  const management =
    before?.management ?? createStreamManagement({ clock, onFailed: (error) => failures.push(error), ...options });
  const modules = [
    sasl2({
      mechanisms: [plain],
      credentials: { username: 'juliet', password: 'secret' },
      userAgent: {},
      inline: [management.resumption, bind2({ inline: [management.enabling] })],
    }),
    management.module,
    bind(),
  ];
  return { ...scripted({ modules }), management, clock, failures };
}

/** Up to the request to sign in. */
async function authenticate(script: Managed, inline = smFeature + bindOffer): Promise<string> {
  script.stream.start();
  await script.say(header() + offer(inline));
  return /<authenticate .*/.exec(script.written())?.[0] ?? '';
}
async function reconnect(before: Managed, inline?: string): Promise<[script: Managed, request: string]> {
  before.stream.end();
  const script = managed(before);
  return [script, await authenticate(script, inline)];
}
async function online(options: Partial<StreamManagementOptions> = {}): Promise<Managed> {
  const script = managed(undefined, options);
  await authenticate(script);
  await script.say(success(bound(enabled)) + features(smFeature));
  expect(script.online).toMatchObject([{ resumed: false }]);
  return script;
}
const stanza = (id: string): ReturnType<typeof encodeStanza> => encodeStanza(new Element('message', { id }));
function send(script: Managed, id: string): Receipt & { state: string } {
  const receipt = { state: 'waiting', acked: () => void (receipt.state = 'acked'), failed() {} };
  expect(script.stream.send(stanza(id), receipt)).toBe(true);
  return receipt;
}

describe('§9 enabling with the binding', () => {
  test('it is asked for in <bind/>, and never again though features offer it once more', async () => {
    const script = managed(undefined, { max: 300 });
    expect(await authenticate(script)).toContain(
      '<bind xmlns="urn:xmpp:bind:0"><enable xmlns="urn:xmpp:sm:3" resume="true" max="300"/></bind></authenticate>',
    );
    await script.say(success(bound(enabled)) + features(smFeature));
    expect(script.written()).toBe('');
    expect(script.management).toMatchObject({ active: true, resumable: true });
    expect(script.management.snapshot()).toMatchObject({ id: 'session-1', jid: 'juliet@example.org/new', inbound: 0 });
  });

  test('what comes and goes after <success/> counts, before the features too', async () => {
    const script = managed();
    await authenticate(script);
    await script.say(`${success(bound(enabled))}${incoming('a')}${features('')}${incoming('b')}<r ${sm}/>`);
    expect(script.stanzas).toHaveLength(2);
    expect(script.written()).toBe('<a xmlns="urn:xmpp:sm:3" h="2"/>');
    const sent = send(script, '1');
    await script.say(`<a ${sm} h='1'/>`);
    expect(sent.state).toBe('acked');
  });

  test.each([
    ['§9 <failed/>', `<failed ${sm}><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`],
    ['no answer', ''],
  ])('row 3: %s is reported, and the stream goes on without', async (name, answer) => {
    const script = managed();
    await authenticate(script);
    await script.say(success(bound(answer)) + features(smFeature));
    expect(script.failures).toMatchObject([
      { reason: 'enable', condition: name === 'no answer' ? 'undefined-condition' : 'internal-server-error' },
    ]);
    expect(script.online).toHaveLength(1);
    expect(script.written()).toBe('');
    expect(send(script, '1').state).toBe('acked');
    expect(script.management.active).toBe(false);
  });

  test('§3 offered only in the features that follow: enabled in a step of its own', async () => {
    const script = managed();
    expect(await authenticate(script, bareBindOffer)).toContain('<bind xmlns="urn:xmpp:bind:0"/></authenticate>');
    await script.say(success(bound('')) + features(smFeature));
    expect(script.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
    await script.say(enabled + features(smFeature));
    expect(script.written()).toBe('');
    expect(script.management.resumable).toBe(true);
  });

  test('§3 SASL2 without Bind 2: everything in steps of its own', async () => {
    const script = managed();
    await authenticate(script, '');
    await script.say(success('', '') + features(smFeature + bindFeature));
    const id = /id="([^"]+)"/.exec(script.written())?.[1] ?? '';
    await script.say(boundByIq(id));
    expect(script.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
  });
});

describe('§9 resuming with signing in', () => {
  test('asked for before binding; what h does not cover is sent again, in order; the binding is void', async () => {
    const first = await online();
    await first.say(incoming('in-1'));
    const receipts = ['1', '2', '3'].map((id) => send(first, id));
    const [second, request] = await reconnect(first);
    expect(request).toContain(
      '<resume xmlns="urn:xmpp:sm:3" h="1" previd="session-1"/><bind xmlns="urn:xmpp:bind:0"><enable xmlns="urn:xmpp:sm:3" resume="true"/></bind>',
    );
    await second.say(`${success(`<resumed ${sm} previd='session-1' h='1'/>`)}${incoming('in-2')}<r ${sm}/>`);
    expect(second.online.map(({ jid, resumed }) => [String(jid), resumed])).toEqual([['juliet@example.org/new', true]]);
    expect(second.written()).toBe(
      '<message id="2"/><message id="3"/><r xmlns="urn:xmpp:sm:3"/><a xmlns="urn:xmpp:sm:3" h="2"/>',
    );
    await second.say(`<a ${sm} h='3'/>`);
    expect(receipts.map(({ state }) => state)).toEqual(['acked', 'acked', 'acked']);
    expect(second.failures).toEqual([]);
  });

  test.each([
    ['§9 <failed/>', notFound(), 'item-not-found', ['waiting', 'waiting'], 2],
    ['§5 <failed/> with h', notFound('1'), 'item-not-found', ['acked', 'waiting'], 1],
    ['no word of it', '', 'undefined-condition', ['waiting', 'waiting'], 2],
  ])('%s: the rest is handed back, and the new session is managed', async (_, answer, condition, states, left) => {
    const first = await online();
    const receipts = ['1', '2'].map((id) => send(first, id));
    const [second] = await reconnect(first);
    await second.say(
      success(answer + bound(`<enabled ${sm} id='session-2' resume='true'/>`), '/other') + features(smFeature),
    );
    expect(second.online).toMatchObject([{ resumed: false }]);
    expect(second.failures).toMatchObject([{ reason: 'resume', condition }]);
    expect(receipts.map(({ state }) => state)).toEqual(states);
    expect(second.management.takeLost()).toHaveLength(left);
    expect(second.management.snapshot()).toMatchObject({ id: 'session-2', jid: 'juliet@example.org/other' });
    expect(second.written()).toBe('');
  });

  test.each([
    ['h too high', `<resumed ${sm} previd='session-1' h='9'/>`],
    ['no h', `<resumed ${sm} previd='session-1'/>`],
    ['another session', `<resumed ${sm} previd='session-2' h='0'/>`],
  ])('row 11: an answer with %s ends the stream', async (_, answer) => {
    const first = await online();
    send(first, '1');
    const [second] = await reconnect(first);
    await second.say(success(answer) + incoming('a'));
    expect(second.closed[0]).toBeInstanceOf(StreamError);
    expect([second.online, second.stanzas]).toEqual([[], []]);
  });

  test('a session that nobody wanted resumed ends the stream', async () => {
    const script = managed();
    await authenticate(script);
    await script.say(success(`<resumed ${sm} previd='x' h='0'/>`) + features(smFeature));
    expect(script.online).toEqual([]);
    expect(script.closed).toHaveLength(1);
  });

  test('a server that binds but can’t resume inline: the old session is over, the new one managed', async () => {
    const first = await online();
    send(first, '1');
    const [second, request] = await reconnect(first, bareBindOffer);
    expect(request).not.toContain('<resume');
    await second.say(success(bound('')));
    expect(second.management.takeLost()).toHaveLength(1);
    await second.say(features(smFeature));
    expect(second.written()).toBe('<enable xmlns="urn:xmpp:sm:3" resume="true"/>');
    expect(second.management.takeLost()).toEqual([]);
  });

  test('a server that resumes only in a step of its own', async () => {
    const first = await online();
    send(first, '1');
    const [second] = await reconnect(first, '');
    await second.say(success('', '') + features(smFeature + bindFeature));
    expect(second.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="0" previd="session-1"/>');
    await second.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    expect(second.online).toMatchObject([{ resumed: true }]);
    expect(second.written()).toContain('<message id="1"/>');
  });

  test('servers that let sign-ins with it time out are asked until they were silent twice as long as allowed', async () => {
    const first = await online({ resumeTimeout: 5_000 });
    send(first, '1');
    let script = first;
    let request = '';
    for (let attempt = 0; attempt < 2; attempt += 1) {
      [script, request] = await reconnect(script);
      expect(request).toContain('<resume ');
      script.clock.advance(20_000);
    }
    [script, request] = await reconnect(script);
    expect(request).not.toContain('<resume ');
    expect(request).toContain('<enable ');
    expect(script.failures).toMatchObject([{ reason: 'resume', condition: 'remote-server-timeout' }]);
    expect(script.management.takeLost()).toHaveLength(1);
  });

  test('the silence about one session says nothing of the next', async () => {
    const first = await online({ resumeTimeout: 5_000 });
    const [silent] = await reconnect(first);
    silent.clock.advance(20_000);
    let [script] = await reconnect(silent, bareBindOffer);
    await script.say(success(bound('')) + features(smFeature) + enabled);
    expect(script.management.resumable).toBe(true);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      let request: string;
      [script, request] = await reconnect(script);
      expect(request).toContain('<resume ');
      script.clock.advance(20_000);
    }
  });

  test('a stream that ends in one piece with <resumed/> leaves nothing behind', async () => {
    const first = await online();
    send(first, '1');
    const [second] = await reconnect(first);
    await second.say(`${success(`<resumed ${sm} previd='session-1' h='0'/>`)}</stream:stream>`);
    expect(second.online).toEqual([]);
    const [third, request] = await reconnect(second);
    expect(request).toContain('<resume xmlns="urn:xmpp:sm:3" h="0" previd="session-1"/>');
    await third.say(success(`<resumed ${sm} previd='session-1' h='0'/>`));
    expect(third.written()).toContain('<message id="1"/>');
  });

  test('a stored session is resumed by another process', async () => {
    const journal = testJournal();
    const first = await online({ journal });
    await first.say(incoming('a'));
    first.clock.advance(50);
    send(first, '1');
    const second = managed(undefined, { journal: testJournal(journal.state) });
    expect(await authenticate(second)).toContain('<resume xmlns="urn:xmpp:sm:3" h="1" previd="session-1"/>');
    await second.say(success(`<resumed ${sm} previd='session-1' h='0'/>`));
    expect(second.written()).toBe('<message id="1"/><r xmlns="urn:xmpp:sm:3"/>');
  });

  test('what is held is waited for', async () => {
    const first = await online();
    const work = Promise.withResolvers<void>();
    first.stanzas.push = (...items) => {
      first.management.hold(work.promise);
      return Array.prototype.push.apply(first.stanzas, items);
    };
    await first.say(incoming('a'));
    const [second, request] = await reconnect(first);
    expect(request).toBe('');
    work.resolve();
    await settle();
    expect(second.written()).toContain('<resume xmlns="urn:xmpp:sm:3" h="1"');
  });
});
