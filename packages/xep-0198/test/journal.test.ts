import { Element } from '@xeps/core';
import { bind, createClientStream, encodeStanza, plain, sasl, tcpFraming } from '@xeps/stream';
import type { ClientStream } from '@xeps/stream';
import { applyChange, createStreamManagement } from '@xeps/xep-0198';
import type { StreamManagement, StreamManagementOptions, StreamManagementState } from '@xeps/xep-0198';
import { describe, expect, test } from 'vitest';
import { bindFeature, bound, features, header, saslFeature, settle, success } from '../../stream/test/harness.ts';
import { testJournal } from './journal.ts';
import type { TestJournal } from './journal.ts';
import { manualClock } from './manual-clock.ts';

const sm = "xmlns='urn:xmpp:sm:3'";
const smFeature = `<sm ${sm}/>`;
const enabled = `<enabled ${sm} id='session-1' resume='true' max='300'/>`;
const incoming = (id: string): string => `<message id='${id}'/>`;
const message = (id: string): ReturnType<typeof encodeStanza> => encodeStanza(new Element('message', { id }));
const answer = (h: number): string => `<a xmlns="urn:xmpp:sm:3" h="${h}"/>`;

interface Account {
  readonly journal: TestJournal;
  readonly management: StreamManagement;
  readonly clock: ReturnType<typeof manualClock>;
  readonly failures: unknown[];
  /** What was delivered; `listener` runs while it is. */
  readonly got: string[];
  listener: (id: string) => void;
  stream: ClientStream;
  /** What was written to the wire since the last look, with every entry of the journal, in their order. */
  events(): string[];
  say(text: string): Promise<void>;
  connect(): Promise<void>;
}

function account(initial?: StreamManagementState, options: Partial<StreamManagementOptions> = {}): Account {
  const clock = manualClock();
  const failures: unknown[] = [];
  let events: string[] = [];
  const collect = (): void =>
    void events.push(
      ...journal.written().map((entry) => (typeof entry === 'string' ? entry : `save ${entry?.id ?? '-'}`)),
    );
  const journal = testJournal(initial);
  const management = createStreamManagement({ clock, journal, onFailed: (error) => failures.push(error), ...options });
  const self: Account = {
    journal,
    management,
    clock,
    failures,
    got: [],
    listener() {},
    stream: undefined!,
    events() {
      collect();
      const now = events;
      events = [];
      return now;
    },
    async say(text) {
      self.stream.receive(text);
      await settle();
    },
    async connect() {
      self.stream = createClientStream(
        {
          domain: 'example.org',
          framing: tcpFraming,
          secure: true,
          modules: [
            sasl({ mechanisms: [plain], credentials: { username: 'juliet', password: 'secret' } }),
            management.module,
            bind(),
          ],
        },
        {
          write(text) {
            collect();
            events.push(text);
          },
          startTls: () => Promise.reject(new Error('not here')),
          online() {},
          stanza(stanza) {
            self.got.push(String(stanza.attrs['id']));
            self.listener(String(stanza.attrs['id']));
          },
          closed() {},
        },
      );
      self.stream.start();
      await self.say(header() + features(saslFeature));
      await self.say(success);
      await self.say(header() + features(bindFeature + smFeature));
      const id = /<iq [^>]*id="([^"]+)"/.exec(self.events().at(-1) ?? '')?.[1];
      if (id !== undefined) await self.say(bound(id));
    },
  };
  return self;
}

async function managed(options: Partial<StreamManagementOptions> = {}): Promise<Account> {
  const self = account(undefined, options);
  await self.connect();
  await self.say(enabled);
  return self;
}

describe('the journal', () => {
  test('is written before the wire, in the order of what happens', async () => {
    const self = account();
    await self.connect();
    self.stream.send(message('early'));
    await self.say(enabled);
    self.stream.send(message('1'));
    await self.say(`${incoming('a')}<a ${sm} h='1'/><r ${sm}/>`);
    expect(self.events()).toEqual([
      'save -',
      '<enable xmlns="urn:xmpp:sm:3" resume="true"/>',
      'sent <message id="early"/>',
      '<message id="early"/>',
      'save session-1',
      'sent <message id="1"/>',
      '<message id="1"/>',
      'acked 1',
      'handled 1',
      answer(1),
    ]);
    expect(self.journal.state).toMatchObject({ id: 'session-1', inbound: 1, outbound: 1, max: 300 });
    expect(self.journal.state).toEqual(JSON.parse(JSON.stringify(self.management.snapshot())));
  });

  test('learns a moment later what was handled in a quiet time', async () => {
    const self = await managed();
    await self.say(incoming('a') + incoming('b'));
    self.events();
    self.clock.advance(49);
    expect(self.events()).toEqual([]);
    self.clock.advance(1);
    expect(self.events()).toEqual(['handled 2']);
    await self.say(incoming('c'));
    self.stream.end();
    expect(self.events()).toEqual(['handled 3']);
  });

  test('is never ahead of the listeners: not while they work, not while a stanza is held', async () => {
    const self = await managed();
    const seen: unknown[] = [];
    self.listener = (id) => {
      self.stream.send(message(`re-${id}`));
      seen.push(self.management.snapshot()?.inbound);
      if (id === 'c') self.stream.end();
    };
    self.events();
    await self.say(incoming('a') + incoming('b') + incoming('c'));
    expect(seen).toEqual([0, 1, 2]);
    expect(self.events().filter((event) => !event.startsWith('<'))).toEqual([
      'sent <message id="re-a"/>',
      'sent <message id="re-b"/>',
      'sent <message id="re-c"/>',
      'handled 2',
    ]);
    self.clock.advance(50);
    expect(self.events()).toEqual(['handled 3']);
  });

  test('an acknowledgement is written down before who sent the stanza hears of it', async () => {
    const self = await managed();
    self.events();
    let known: unknown;
    self.stream.send(message('1'), { acked: () => void (known = self.journal.state?.outbound), failed() {} });
    await self.say(`<a ${sm} h='1'/>`);
    expect(known).toBe(1);
  });

  test('§5 a resumed session is written whole; one that is over leaves what was lost until it was sent again', async () => {
    const self = await managed();
    self.stream.send(message('1'));
    self.stream.end();
    self.events();
    await self.connect();
    await self.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    expect(self.events()).toEqual(['save session-1', '<message id="1"/>', '<r xmlns="urn:xmpp:sm:3"/>']);
    self.stream.end();
    self.stream = undefined!;
    await self.connect();
    await self.say(`<failed ${sm}/>`);
    expect(self.journal.state).toMatchObject({ unacked: [], lost: [{ stanza: { text: '<message id="1"/>' } }] });
    expect(self.journal.state?.id).toBeUndefined();
    const id = /<iq [^>]*id="([^"]+)"/.exec(self.events().at(-1) ?? '')?.[1] ?? '';
    await self.say(bound(id));
    for (const { stanza } of self.management.takeLost()) self.stream.send(stanza);
    expect(self.journal.state).toMatchObject({ unacked: [{}], lost: [{}] });
    await self.say(enabled);
    expect(self.journal.state).toMatchObject({ id: 'session-1', unacked: [{}] });
    expect(self.journal.state?.lost).toBeUndefined();
  });

  test('what was taken to be sent again is forgotten before an acknowledgement of it is believed', async () => {
    const self = await managed();
    const lost = [{ stanza: message('0'), time: 0 }];
    const { journal } = self;
    const next = account({ ...journal.state!, lost });
    await next.connect();
    await next.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    for (const { stanza } of next.management.takeLost()) next.stream.send(stanza);
    expect(next.journal.state).toMatchObject({ unacked: [{}], lost: [{}] });
    await next.say(`<a ${sm} h='1'/>`);
    expect(next.journal.state).toMatchObject({ outbound: 1, unacked: [] });
    expect(next.journal.state?.lost).toBeUndefined();
  });

  test.each([
    ['a session that can’t be resumed', { jid: 'juliet@example.org/x', outbound: 3 }],
    ['one that was over', { lost: [] }],
  ])('what %s left is lost, oldest first', (_, rest) => {
    const stored = (id: string): { stanza: ReturnType<typeof message>; time: number } => ({
      stanza: message(id),
      time: 7,
    });
    const { management } = account({
      inbound: 5,
      outbound: 0,
      unacked: [stored('2')],
      ...rest,
      lost: [stored('1')],
    });
    expect(management.resumable).toBe(false);
    expect(management.takeLost().map(({ stanza, time }) => [stanza.text, time])).toEqual([
      ['<message id="1"/>', 7],
      ['<message id="2"/>', 7],
    ]);
  });

  test('is empty when a session ended and nothing is left, and when the server manages nothing', async () => {
    const self = await managed();
    self.stream.end();
    self.management.forget();
    expect(self.journal.state).toBeUndefined();
    await self.connect();
    self.stream.send(message('1'));
    await self.say(`<failed ${sm}/>`);
    expect(self.journal.state).toBeUndefined();
    self.stream.send(message('2'));
    expect(self.journal.state).toBeUndefined();
  });

  test('what is lost and failed is not kept', async () => {
    const self = await managed();
    self.stream.send(message('1'));
    self.stream.end();
    self.management.forget();
    expect(self.journal.state).toMatchObject({ lost: [{}] });
    expect(self.management.takeLost()).toHaveLength(1);
    expect(self.journal.state).toBeUndefined();
  });
});

test.each([
  ['sent', { type: 'sent', stanza: message('3'), time: 9 } as const, { unacked: ['1', '2', '3'] }],
  ['acked', { type: 'acked', h: 0 } as const, { outbound: 0, unacked: ['2'] }],
  ['handled', { type: 'handled', h: 8 } as const, { inbound: 8 }],
  ['none', [], {}],
  [
    'several',
    [
      { type: 'sent', stanza: message('3'), time: 9 },
      { type: 'acked', h: 1 },
      { type: 'handled', h: 8 },
    ] as const,
    { inbound: 8, outbound: 1, unacked: ['3'] },
  ],
])('applyChange: %s', (_, change, expected) => {
  const state = {
    id: 'x',
    jid: 'juliet@example.org/x',
    inbound: 7,
    outbound: 0xffff_ffff,
    unacked: ['1', '2'].map((id) => ({ stanza: message(id), time: 0 })),
  };
  const { unacked, ...rest } = applyChange(state, change);
  const ids = unacked.map(({ stanza }) => /id="(.)"/.exec(stanza.text)?.[1]);
  expect({ ...rest, unacked: ids }).toEqual({
    id: 'x',
    jid: 'juliet@example.org/x',
    inbound: 7,
    outbound: 0xffff_ffff,
    unacked: ['1', '2'],
    ...expected,
  });
});

describe('§4 what is held does not count as handled', () => {
  /** Holds the stanzas whose ids have a promise here. */
  async function holding(options: Partial<StreamManagementOptions> = {}): Promise<
    Account & {
      works: Record<string, PromiseWithResolvers<void>>;
    }
  > {
    const works = { a: Promise.withResolvers<void>(), c: Promise.withResolvers<void>() };
    const self = await managed(options);
    self.listener = (id) => {
      const work = (works as Record<string, PromiseWithResolvers<void>>)[id];
      if (work !== undefined) self.management.hold(work.promise);
    };
    self.events();
    return Object.assign(self, { works });
  }

  test('h stops before the oldest; what settles later is told without being asked, once', async () => {
    const self = await holding();
    await self.say(`${['a', 'b', 'c', 'd'].map(incoming).join('')}<r ${sm}/>`);
    expect(self.events()).toEqual([answer(0)]);
    self.works['c']!.reject(new Error('full'));
    await settle();
    self.clock.advance(50);
    expect(self.events()).toEqual([]);
    self.works['a']!.resolve();
    await settle();
    self.clock.advance(50);
    expect(self.events()).toEqual(['handled 4', answer(4)]);
    self.clock.advance(1_000);
    expect(self.events()).toEqual([]);
  });

  test('nothing is told that was not asked for; without a journal either', async () => {
    const self = await holding({ journal: undefined });
    await self.say(['a', 'b', 'c', 'd'].map(incoming).join(''));
    self.works['a']!.resolve();
    await settle();
    self.clock.advance(50);
    expect(self.events()).toEqual([]);
    await self.say(`<r ${sm}/>`);
    self.works['c']!.resolve();
    await settle();
    self.clock.advance(50);
    expect(self.events()).toEqual([answer(2), answer(4)]);
  });

  test('only a stanza that is being delivered can be held', async () => {
    const self = await holding();
    await self.say(incoming('b'));
    self.management.hold(new Promise(() => {}));
    await self.say(`<r ${sm}/>`);
    expect(self.events()).toEqual(['handled 1', answer(1)]);
  });

  test('§5 resuming waits for it, but not for ever', async () => {
    const self = await holding({ resumeTimeout: 4_000 });
    await self.say(['a', 'b', 'c', 'd'].map(incoming).join(''));
    self.stream.end();
    self.works['a']!.resolve();
    await self.connect();
    expect(self.events()).toEqual([]);
    self.clock.advance(1_999);
    await settle();
    expect(self.events().filter((event) => event.startsWith('<resume'))).toEqual([]);
    self.clock.advance(1);
    await settle();
    expect(self.events()).toEqual(['handled 4', '<resume xmlns="urn:xmpp:sm:3" h="4" previd="session-1"/>']);
    await self.say(`<resumed ${sm} previd='session-1' h='0'/>`);
    self.works['c']!.resolve();
    await settle();
    await self.say(`${incoming('e')}<r ${sm}/>`);
    expect(self.events()).toEqual(['save session-1', 'handled 5', answer(5)]);
  });

  test('closing tells what was handled, a stanza whose listener closes with it, and nothing that is held', async () => {
    const self = await holding();
    self.listener = (id) => {
      if (id === 'd') self.stream.close();
    };
    await self.say(['a', 'd'].map(incoming).join(''));
    expect(self.events()).toEqual(['handled 2', answer(2), '</stream:stream>']);
    const other = await holding();
    await other.say(['b', 'a', 'd'].map(incoming).join(''));
    other.stream.close();
    expect(other.events()).toEqual(['handled 1', answer(1), '</stream:stream>']);
  });
});
