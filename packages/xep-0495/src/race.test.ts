import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../xep-0198/test/manual-clock.ts';
import { CONNECTION_ATTEMPT_DELAY, raceConnections, RESOLUTION_DELAY } from './index.ts';
import type { RaceOptions } from './index.ts';

/** All that is due now has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A race whose attempts end when the test says so; keeps what happened, with its time. */
function arena(groups: Parameters<typeof raceConnections<string, string>>[0], more?: Partial<RaceOptions<string>>) {
  const clock = manualClock();
  const begin = clock.now();
  const events: string[] = [];
  const log = (event: string): void => void events.push(`${clock.now() - begin} ${event}`);
  const attempts = new Map<string, PromiseWithResolvers<string>>();
  const connect = (candidate: string, signal: AbortSignal): Promise<string> => {
    log(`start ${candidate}`);
    signal.addEventListener('abort', () => log(`abort ${candidate}`));
    const attempt = Promise.withResolvers<string>();
    attempts.set(candidate, attempt);
    return attempt.promise;
  };
  const discard = (connection: string): void => log(`discard ${connection}`);
  const race = raceConnections(groups, connect, { clock, discard, ...more });
  return {
    events,
    next: () => race.next(),
    leave: () => race.return([]),
    async after(milliseconds: number) {
      await settled();
      // In steps, so that timers that start others find the right time.
      for (let step = 0; step < milliseconds; step += 10) {
        clock.advance(10);
        await settled();
      }
    },
    async succeed(candidate: string) {
      await settled();
      attempts.get(candidate)!.resolve(candidate.toUpperCase());
      await settled();
    },
    async fail(candidate: string) {
      await settled();
      attempts.get(candidate)!.reject(new Error(candidate));
      await settled();
    },
  };
}

test('RFC 8305 §8 the delays', () => {
  expect([CONNECTION_ATTEMPT_DELAY, RESOLUTION_DELAY]).toEqual([250, 50]);
});

describe('§4.4 attempts, RFC 8305 §5', () => {
  test('one candidate that answers: nothing else happens', async () => {
    const { next, succeed, after, events } = arena([['a']]);
    const first = next();
    await settled();
    await succeed('a');
    expect(await first).toEqual({ done: false, value: { candidate: 'a', connection: 'A' } });
    await after(1000);
    expect(events).toEqual(['0 start a']);
  });

  test('each starts 250 ms after the one before; the first that succeeds wins, the others are aborted', async () => {
    const { next, succeed, after, events } = arena([['a', 'b', 'c', 'd']]);
    const first = next();
    await after(600);
    await succeed('b');
    expect((await first).value).toEqual({ candidate: 'b', connection: 'B' });
    await after(1000);
    expect(events).toEqual(['0 start a', '250 start b', '500 start c', '600 abort a', '600 abort c']);
  });

  test('the delay can be another', async () => {
    const { next, after, events } = arena([['a', 'b']], { delay: 100 });
    void next();
    await after(150);
    expect(events).toEqual(['0 start a', '100 start b']);
  });

  test('a failure starts the next at once', async () => {
    const { next, fail, after, events } = arena([['a', 'b', 'c']]);
    void next();
    await after(50);
    await fail('a');
    await after(200);
    expect(events).toEqual(['0 start a', '50 start b']);
    await after(50);
    expect(events).toEqual(['0 start a', '50 start b', '300 start c']);
  });

  test('an older failure does not hurry the latest', async () => {
    const { next, fail, after, events } = arena([['a', 'b', 'c']]);
    void next();
    await after(300);
    await fail('a');
    await after(300);
    expect(events).toEqual(['0 start a', '250 start b', '500 start c']);
  });

  test('a success that comes after another is disposed of, a failure is forgotten', async () => {
    const { next, succeed, fail, after, events } = arena([['a', 'b', 'c']]);
    const first = next();
    await after(500);
    await succeed('c');
    await first;
    await succeed('a');
    await fail('b');
    expect(events.slice(3)).toEqual(['500 abort a', '500 abort b', '500 discard A']);
  });

  test('all fail: the errors of all', async () => {
    const { next, fail, after } = arena([['a', 'b'], ['c']]);
    const first = next();
    await after(300);
    await fail('b');
    await fail('a');
    await fail('c');
    const { done, value } = await first;
    expect(done).toBe(true);
    expect((value as Error[]).map(({ message }) => message)).toEqual(['b', 'a', 'c']);
  });

  test('a connect that throws has failed', async () => {
    const race = raceConnections(
      [['a', 'b']],
      (candidate): Promise<string> => {
        if (candidate === 'a') throw new TypeError('a');
        return Promise.resolve('B');
      },
      { clock: manualClock(), discard() {} },
    );
    expect((await race.next()).value).toEqual({ candidate: 'b', connection: 'B' });
    expect(await race.next()).toEqual({ done: true, value: [new TypeError('a')] });
  });

  test('nobody to try', async () => {
    expect(await arena([]).next()).toEqual({ done: true, value: [] });
    expect(await arena([[], []]).next()).toEqual({ done: true, value: [] });
  });
});

describe('a winner that is of no use', () => {
  test('those that were aborted and those that never started are raced on, those that failed are not', async () => {
    const { next, succeed, fail, after, events } = arena([['a', 'b', 'c', 'd']]);
    const first = next();
    await fail('a');
    await after(250);
    await succeed('c');
    await first;
    const second = next();
    await after(250);
    expect(events).toEqual(['0 start a', '0 start b', '250 start c', '250 abort b', '250 start b', '500 start d']);
    await succeed('d');
    expect((await second).value).toEqual({ candidate: 'd', connection: 'D' });
    const third = next();
    await settled();
    await fail('b');
    const { done, value } = await third;
    expect(done).toBe(true);
    expect((value as Error[]).map(({ message }) => message)).toEqual(['a', 'b']);
  });

  test('one candidate that stands there twice is tried twice', async () => {
    const { next, fail, events } = arena([['a', 'a']]);
    const first = next();
    await settled();
    await fail('a');
    await fail('a');
    expect((await first).done).toBe(true);
    expect(events).toEqual(['0 start a', '0 start a']);
  });
});

describe('§4.1 priority groups', () => {
  test('the next begins only when all of one have failed, and is asked for only then', async () => {
    let asked = 0;
    async function* groups(): AsyncGenerator<string[]> {
      asked += 1;
      yield ['a', 'b'];
      asked += 1;
      yield ['c'];
    }
    const { next, succeed, fail, after, events } = arena(groups());
    const first = next();
    await after(5000);
    await fail('a');
    expect([asked, events]).toEqual([1, ['0 start a', '250 start b']]);
    await fail('b');
    expect([asked, events.at(-1)]).toEqual([2, '5000 start c']);
    await succeed('c');
    expect((await first).value).toEqual({ candidate: 'c', connection: 'C' });
  });

  test('who leaves the loop leaves the groups', async () => {
    let left = false;
    async function* groups(): AsyncGenerator<string[]> {
      try {
        yield ['a'];
      } finally {
        left = true;
      }
    }
    const { next, succeed, leave } = arena(groups());
    const first = next();
    await settled();
    await succeed('a');
    await first;
    await leave();
    expect(left).toBe(true);
  });

  test('what the look-up throws ends the race', async () => {
    async function* groups(): AsyncGenerator<string[]> {
      yield [];
      throw new Error('no DNS');
    }
    await expect(arena(groups()).next()).rejects.toThrow('no DNS');
  });
});

describe('the signal', () => {
  test('aborts the attempts and ends the race, with its reason', async () => {
    const controller = new AbortController();
    const { next, succeed, after, events } = arena([['a', 'b', 'c'], ['d']], { signal: controller.signal });
    const first = next();
    await after(300);
    controller.abort(new Error('never mind'));
    await expect(first).rejects.toThrow('never mind');
    await after(1000);
    await succeed('b');
    expect(events).toEqual(['0 start a', '250 start b', '300 abort a', '300 abort b', '1300 discard B']);
  });

  test('aborted before, or while a winner was looked at: nothing starts', async () => {
    const early = arena([['a']], { signal: AbortSignal.abort(new Error('no')) });
    await expect(early.next()).rejects.toThrow('no');
    expect(early.events).toEqual([]);
    const controller = new AbortController();
    const late = arena([['a', 'b']], { signal: controller.signal });
    const first = late.next();
    await settled();
    await late.succeed('a');
    await first;
    controller.abort(new Error('no'));
    await expect(late.next()).rejects.toThrow('no');
    expect(late.events).toEqual(['0 start a']);
  });

  test('of a winner is not aborted', async () => {
    const signals: AbortSignal[] = [];
    const connect = async (_: string, signal: AbortSignal): Promise<string> => String(signals.push(signal));
    for await (const winner of raceConnections([['a']], connect, { clock: manualClock(), discard() {} })) {
      expect(winner.connection).toBe('1');
    }
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });
});

test('whatever happens: one attempt at a time per candidate, groups in order, starts paced, all disposed of', async () => {
  const outcome = fc.record({ after: fc.integer({ min: 0, max: 900 }), fails: fc.boolean() });
  const groups = fc.array(fc.array(outcome, { maxLength: 5 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(groups, async (script) => {
      const clock = manualClock();
      const open = new Set<string>();
      const starts: { at: number; group: number }[] = [];
      const ended: { at: number; group: number }[] = [];
      const connect = (id: string): Promise<string> => {
        const [group, index] = id.split(' ').map(Number) as [number, number];
        const { after, fails } = script[group]![index]!;
        starts.push({ at: clock.now(), group });
        return new Promise((resolve, reject) => {
          clock.schedule(() => {
            ended.push({ at: clock.now(), group });
            if (fails) return reject(new Error(id));
            open.add(id);
            resolve(id);
          }, after);
        });
      };
      const ids = script.map((group, index) => group.map((_, item) => `${index} ${item}`));
      const race = raceConnections(ids, connect, { clock, discard: (id) => void open.delete(id) });
      let result: Awaited<ReturnType<typeof race.next>> | undefined;
      void race.next().then((value) => (result = value));
      for (let step = 0; step < 1000 && result === undefined; step += 1) {
        await settled();
        clock.advance(10);
      }
      const works = script.findIndex((group) => group.some(({ fails }) => !fails));
      if (works < 0) {
        expect(result?.done).toBe(true);
        expect(result?.value).toHaveLength(script.flat().length);
        expect(open.size).toBe(0);
        return;
      }
      // Strict: the winner is of the first group in which anything works, and no later one was tried.
      const winner = (result!.value as { candidate: string }).candidate;
      expect(Number(winner.split(' ')[0])).toBe(works);
      expect(Math.max(...starts.map(({ group }) => group))).toBe(works);
      for (const [index, { at, group }] of starts.entries()) {
        const before = starts[index - 1];
        if (before === undefined || before.group !== group || at - before.at >= CONNECTION_ATTEMPT_DELAY) continue;
        // Sooner than the delay: something had just failed.
        expect(ended.some((item) => item.group === group && item.at === at)).toBe(true);
      }
      for (let step = 0; step < 100; step += 1) clock.advance(10);
      await settled();
      expect([...open]).toEqual([winner]);
    }),
    { numRuns: 60 },
  );
});
