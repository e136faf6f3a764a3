import { Element } from '@xeps/core';
import type { ClientStream, XmlStream } from '@xeps/stream';
import { bind, createClientStream, encodeStanza, plain, sasl, tcpFraming } from '@xeps/stream';
import { createStreamManagement, redelivery } from '@xeps/xep-0198';
import type { StreamJournal, StreamManagement } from '@xeps/xep-0198';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from '../../stream/test/harness.ts';
import { bind2 } from '../../xep-0386/src/index.ts';
import { sasl2 } from '../../xep-0388/src/index.ts';
import { testJournal } from './journal.ts';
import { manualClock } from './manual-clock.ts';
import { createModelServer } from './model-server.ts';

type Step =
  | { readonly kind: 'up' | 'down' | 'ask' | 'cut' | 'tick' | 'settle' | 'forget' }
  | { readonly kind: 'carry'; readonly up: number; readonly down: number }
  /** The process dies at its `writes`-th next entry in the journal, `before` or after that is made; `flushed` of what it
   * wrote until then still reaches the server. */
  | { readonly kind: 'kill'; readonly writes: number; readonly before: boolean; readonly flushed: number };

const plainSteps: fc.WeightedArbitrary<Step>[] = [
  { weight: 4, arbitrary: fc.constant({ kind: 'up' }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'down' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'ask' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'cut' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'tick' }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'settle' }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('carry' as const), up: fc.nat(800), down: fc.nat(800) }) },
];
const kill: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('kill' as const),
  writes: fc.nat(4),
  before: fc.boolean(),
  flushed: fc.nat(300),
});

class Killed extends Error {}

/** An account on a machine where processes die, and what it must never see. */
function createWorld(inline: boolean, tellsHandled: boolean) {
  const faults: string[] = [];
  const server = createModelServer({
    inline,
    tellsHandled,
    received(id) {
      if (acked.has(id)) faults.push(`${id} was sent again after it was acknowledged`);
    },
    // Said on a wire that broke, to a session that is gone: nobody can know.
    waiting: (id) => void confirmed.delete(id),
  });
  const clock = manualClock();
  const sent = { up: [] as string[], down: [] as string[] };
  const acked = new Set<string>();
  /** What the application has on its disk. */
  const kept: string[] = [];
  const confirmed = new Set<string>();
  let disk = testJournal();
  let wire = { up: '', down: '' };
  let tried = 0;
  let deaths = 0;
  let life = 0;
  let fuse: { writes: number; before: boolean; flushed: number } | undefined;
  let pending: { id: string; work: PromiseWithResolvers<void> }[] = [];
  let management: StreamManagement;
  let client: ClientStream;
  let far: XmlStream;

  /** The journal as a process has it: until the process dies. */
  function journalOf(own: number): StreamJournal {
    const write = (entry: () => void): void => {
      if (own !== life) return;
      const dies = fuse !== undefined && fuse.writes-- <= 0;
      if (!dies || !fuse!.before) entry();
      if (!dies) return;
      life += 1;
      throw new Killed();
    };
    return {
      get state() {
        return disk.state;
      },
      save: (state) => write(() => disk.save(state)),
      append: (change) => write(() => disk.append(change)),
    };
  }

  function boot(): void {
    fuse = undefined;
    pending = [];
    disk = testJournal(disk.state);
    management = createStreamManagement({
      clock,
      journal: journalOf(life),
      requestAfterStanzas: 3,
      resumeTimeout: 1_000_000,
    });
    connect();
  }

  /** Nothing is confirmed that is not on the disk. */
  function look(text: string): void {
    if (management.snapshot()?.id !== server.session?.id) return;
    for (const [, h] of text.matchAll(/<(?:a|resume) xmlns="urn:xmpp:sm:3" h="(\d+)"/g)) {
      for (const id of server.session?.sent.slice(0, Number(h)) ?? []) {
        if (!kept.includes(id)) faults.push(`${id} was confirmed before it was handled`);
        confirmed.add(id);
      }
    }
  }

  function connect(): void {
    const own = life;
    const mine = (wire = { up: '', down: '' });
    far = server.connect((text) => void (mine.down += text));
    const credentials = { username: 'juliet', password: 'secret' };
    client = createClientStream(
      {
        domain: 'example.org',
        framing: tcpFraming,
        secure: true,
        modules: [
          inline
            ? sasl2({
                mechanisms: [plain],
                credentials,
                userAgent: {},
                inline: [management.resumption, bind2({ inline: [management.enabling] })],
              })
            : sasl({ mechanisms: [plain], credentials }),
          management.module,
          bind(),
        ],
      },
      {
        write(text) {
          if (own !== life) return;
          look(text);
          mine.up += text;
        },
        startTls: () => Promise.reject(new Error('not here')),
        online() {
          for (const entry of management.takeLost()) client.send(redelivery(entry)!, entry.receipt);
        },
        stanza(stanza) {
          if (own !== life) return;
          const id = String(stanza.attrs['id']);
          if (confirmed.has(id)) faults.push(`${id} came again after it was confirmed`);
          const number = Number(id.slice(5));
          // Some are answered while they are handled, some take longer.
          if (number % 3 === 0) send();
          if (number % 4 === 0) {
            const work = Promise.withResolvers<void>();
            pending.push({ id, work });
            management.hold(work.promise);
          } else kept.push(id);
        },
        closed() {},
      },
    );
    client.start();
  }

  function send(): void {
    if (client.state !== 'online') return;
    const own = life;
    const id = `up-${(tried += 1)}`;
    const receipt = { acked: () => void (own === life && acked.add(id)), failed() {} };
    // Who sends believes it when the call has come back.
    if (client.send(encodeStanza(new Element('message', { id })), receipt) && own === life) sent.up.push(id);
  }

  /** Does something that a dying process may not get to the end of. */
  async function live(act: () => void): Promise<void> {
    const own = life;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    await settle();
    if (own === life) return;
    deaths += 1;
    far.receive(wire.up.slice(0, fuse?.flushed ?? 0));
    far.end();
    boot();
    await settle();
  }

  async function carry(up: number, down: number): Promise<void> {
    const [toServer, toClient] = [wire.up.slice(0, up), wire.down.slice(0, down)];
    wire.up = wire.up.slice(up);
    wire.down = wire.down.slice(down);
    far.receive(toServer);
    await live(() => client.receive(toClient));
  }

  async function settleOldest(count: number): Promise<void> {
    await live(() => {
      for (const { id, work } of pending.splice(0, count)) {
        kept.push(id);
        work.resolve();
      }
    });
  }

  async function cut(): Promise<void> {
    await live(() => client.end());
    far.end();
    connect();
    await settle();
  }

  async function take(step: Step): Promise<void> {
    if (step.kind === 'carry') return carry(step.up, step.down);
    if (step.kind === 'tick') return live(() => clock.advance(60));
    if (step.kind === 'settle') return settleOldest(1);
    if (step.kind === 'cut') return cut();
    if (step.kind === 'up') return live(send);
    if (step.kind === 'ask') return server.ask();
    if (step.kind === 'kill') fuse = { ...step };
    else if (step.kind === 'down') {
      const id = `down-${sent.down.length}`;
      sent.down.push(id);
      server.send(id);
    } else {
      server.forget();
      await cut();
    }
  }

  async function finish(): Promise<void> {
    fuse = undefined;
    for (let round = 0; round < 30; round += 1) {
      await settleOldest(Infinity);
      server.ask();
      await carry(Infinity, Infinity);
      await live(() => clock.advance(1_000));
    }
    expect(faults).toEqual([]);
    expect(client.state).toBe('online');
    expect(management.unacked).toBe(0);
    // All of it was acknowledged in the end, in both directions and on the disk.
    expect(server.session!.acked).toBe(server.session!.sent.length);
    expect(disk.state).toEqual(JSON.parse(JSON.stringify(management.snapshot())));
    expect(disk.state).toMatchObject({ unacked: [], inbound: server.session!.sent.length });
  }

  boot();
  return {
    server,
    sent,
    kept,
    acked,
    take,
    finish,
    get deaths() {
      return deaths;
    },
  };
}

const variants = [
  ['in steps of its own', false],
  ['inline', true],
] as const;
const runs = (steps: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(fc.oneof(...steps), { minLength: 20, maxLength: 150 });
const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
const sorted = (ids: readonly string[]): string[] => [...ids].sort();

test.each(variants)(
  '§5 wherever connections break, every stanza arrives once and in order, in both directions: %s',
  async (_, inline) => {
    await fc.assert(
      fc.asyncProperty(runs(plainSteps), async (steps) => {
        const world = createWorld(inline, false);
        await world.finish();
        for (const step of steps) await world.take(step);
        await world.finish();
        expect(world.server.received).toEqual(world.sent.up);
        expect(sorted(world.kept)).toEqual(sorted(world.sent.down));
        expect(sorted([...world.acked])).toEqual(sorted(world.sent.up));
      }),
      { numRuns: 150 },
    );
  },
);

test.each(variants)(
  '§5 whenever the process dies, nothing is lost, and what the server took is not sent again: %s',
  async (_, inline) => {
    let deaths = 0;
    await fc.assert(
      fc.asyncProperty(runs([...plainSteps, { weight: 2, arbitrary: kill }]), async (steps) => {
        const world = createWorld(inline, false);
        await world.finish();
        for (const step of steps) await world.take(step);
        await world.finish();
        deaths += world.deaths;
        // One whose sender died in the middle may have been sent.
        expect(world.server.received).toEqual(expect.arrayContaining(world.sent.up));
        expect(unique(world.server.received)).toEqual(world.server.received);
        expect(sorted(unique(world.kept))).toEqual(sorted(world.sent.down));
      }),
      { numRuns: 200 },
    );
    expect(deaths).toBeGreaterThan(50);
  },
);

test.each(variants)(
  '§4 where sessions are lost too, nothing else is, and what was acknowledged is not repeated: %s',
  async (_, inline) => {
    await fc.assert(
      fc.asyncProperty(
        runs([
          ...plainSteps,
          { weight: 1, arbitrary: kill },
          { weight: 1, arbitrary: fc.constant({ kind: 'forget' }) },
        ]),
        fc.boolean(),
        async (steps, tellsHandled) => {
          // From the first byte on: sessions that are not even enabled die too.
          const world = createWorld(inline, tellsHandled);
          for (const step of steps) await world.take(step);
          await world.finish();
          expect(world.server.received).toEqual(expect.arrayContaining(world.sent.up));
          expect(sorted(unique(world.kept))).toEqual(sorted(world.sent.down));
        },
      ),
      { numRuns: 200 },
    );
  },
);
