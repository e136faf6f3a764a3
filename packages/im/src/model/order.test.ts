import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, hers, inside, mine, OTHER, OWN, passFrom, PEER, says, stanza } from '../../test/model.ts';
import type { Line, Model, Shown } from '../../test/model.ts';

const { displayed, origin, react, received, replace, retract } = inside;

it('what comes live stands where it came, until the archive says where', async () => {
  const model = createModel();
  await model.live(hers('2', says('b')), hers('1', says('a')), hers('3', says('c')));
  expect(await model.texts()).toEqual(['b', 'a', 'c']);
  await model.archive(
    passFrom(),
    ...['a', 'b', 'c'].map((text, at): Line => ({ xml: hers(`${at + 1}`, says(text)), archived: text })),
  );
  expect(await model.texts()).toEqual(['a', 'b', 'c']);
});

it('history stands before everything else, also where a part of it came live', async () => {
  const model = createModel();
  const archived = ['a', 'b', 'c', 'd'].map((text): Line => ({ xml: hers(text, says(text)), archived: text }));
  await model.live(hers('c', says('c')), hers('e', says('e')));
  await model.history(...archived.toReversed());
  expect(await model.texts()).toEqual(['a', 'b', 'c', 'd', 'e']);
});

it('what was not sent yet stands behind what comes', async () => {
  const model = createModel();
  await model.local(mine('1', says('mine')), mine('2', says('also mine')));
  await model.live(hers('3', says('hers')));
  expect(await model.texts()).toEqual(['hers', 'mine', 'also mine']);
});

it('a reading of the archive that changes nothing writes nothing', async () => {
  const model = createModel();
  const archived = ['a', 'b', 'c'].map((text): Line => ({ xml: hers(text, says(text)), archived: text }));
  await model.archive(passFrom(), ...archived);
  const first = (await model.messages())[0]!.position;
  const { batch, added } = await model.archive(passFrom(first), ...archived.slice(1));
  expect([batch, added]).toEqual([undefined, []]);
});

/** Something that happens; what it is about is an earlier thing. */
interface Happening {
  readonly kind: 'say' | 'edit' | 'retract' | 'react' | 'displayed' | 'received';
  readonly who: 'own' | 'peer' | 'other';
  /** Which of the earlier things it names. */
  readonly about: number;
  /** The id that a client gives which counts anew in every session. */
  readonly counted: number;
  readonly hasOrigin: boolean;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom<Happening['kind'][]>(
    'say',
    'say',
    'say',
    'edit',
    'edit',
    'retract',
    'react',
    'displayed',
    'received',
  ),
  who: fc.constantFrom<Happening['who'][]>('own', 'own', 'peer', 'peer', 'peer', 'other'),
  about: fc.nat(20),
  counted: fc.nat(2),
  hasOrigin: fc.boolean(),
});

/** Seconds between two things: more than within which two without an id are the same. */
const APART = 100;

/** What an archive has of it. `counted`: ids are given more than once. */
function archiveOf(happenings: readonly Happening[], counted: boolean): Line[] {
  const address = { own: OWN, peer: PEER, other: OTHER };
  const kinds = happenings.map(({ kind }) => {
    if (!counted) return kind;
    // Which of several messages a marker or a receipt was about, only the moment at which it came tells; and what was once
    // taken back is gone, even if the archive tells later that it was another one.
    return kind === 'displayed' || kind === 'received' ? 'say' : kind === 'retract' ? 'edit' : kind;
  });
  const ids = happenings.map((one, at) => (counted ? `${kinds[at]!.slice(0, 1)}${one.counted}` : `i${at}`));
  /** What it is about; where ids are given again, a message. */
  const namedBy = (at: number, about: number): string => {
    const before = ids.slice(0, at).filter((_, other) => !counted || kinds[other] === 'say');
    return before[about % before.length] ?? 'nothing';
  };
  /** Markers go forward. */
  const newest = (at: number, who: Happening['who']): string | undefined => {
    const found = happenings.findLastIndex((one, before) => before < at && kinds[before] === 'say' && one.who === who);
    return found < 0 ? undefined : ids[found];
  };
  return happenings.map(({ who, about, hasOrigin }, at): Line => {
    const named = namedBy(at, about);
    const content = {
      say: says(`said ${at}`, hasOrigin && !counted ? origin(`o${at}`) : ''),
      edit: says(`edited ${at}`, replace(named)),
      retract: retract(named),
      react: react(named, ['👍', '🎉', '❤️'][about % 3]!),
      displayed: displayed(newest(at, who === 'own' ? 'peer' : 'own') ?? 'nothing'),
      received: received(named),
    }[kinds[at]!];
    return { xml: stanza(address[who], ids[at], content), archived: `x${at}`, at: at * APART };
  });
}

/** What a device does, in some order. */
type Step =
  | { readonly do: 'live'; readonly pick: number; readonly withId: boolean }
  | { readonly do: 'grow'; readonly by: number }
  | { readonly do: 'pass'; readonly back: number; readonly size: number; readonly pages: number }
  | { readonly do: 'history'; readonly size: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('live' as const), pick: fc.nat(20), withId: fc.boolean() }),
  fc.record({ do: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    do: fc.constant('pass' as const),
    back: fc.nat(4),
    size: fc.integer({ min: 1, max: 4 }),
    pages: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ do: fc.constant('history' as const), size: fc.integer({ min: 1, max: 5 }) }),
);

/**
 * A device that reads an archive as the engine does. Whether what is old came live, as what waited on the server does: a mark
 * that stood at it goes back with it, and what was read besides is not known.
 */
async function follow(
  model: Model,
  archive: readonly Line[],
  begin: number,
  steps: readonly Step[],
  historyLast: boolean,
): Promise<boolean> {
  let isLate = false;
  let length = Math.min(begin, archive.length);
  /** What lies in between has been read. */
  let bottom = length;
  let tail = length - 1;
  let began = false;
  const live = new Set<number>();

  async function history(size: number): Promise<void> {
    const from = Math.max(0, bottom - size);
    await model.history(...archive.slice(from, bottom).toReversed());
    bottom = from;
    began = true;
  }
  /** Where the pass begins: at the place of something that has been read, or before everything. */
  async function pass(back: number, size: number, pages: number): Promise<void> {
    let place = Math.max(bottom - 1, tail - back);
    let position = -1;
    for (; place >= bottom; place--) {
      const record = await model.record(`x${place}`);
      if (record === undefined) continue;
      position = record.position;
      break;
    }
    if (place < bottom) {
      // Only an archive that was empty is read from its beginning.
      if (bottom > 0) return;
      place = -1;
      position = -Infinity;
    }
    const reading = passFrom(position);
    for (let page = 0, at = place + 1; page < pages && at < length; page++, at += size) {
      const end = Math.min(length, at + size);
      await model.archive(reading, ...archive.slice(at, end));
      tail = Math.max(tail, end - 1);
    }
  }

  for (const one of steps) {
    switch (one.do) {
      case 'grow':
        length = Math.min(archive.length, length + one.by);
        break;
      case 'history':
        await history(one.size);
        break;
      case 'pass':
        if (began || begin === 0) await pass(one.back, one.size, one.pages);
        break;
      case 'live': {
        // What comes live is recent, and two things may change places on their way.
        const at = tail - 3 + (one.pick % 7);
        if (at < 0 || live.has(at) || at >= archive.length) break;
        // Only what others said waits on a server until a device comes.
        if (at <= tail && archive[at]!.xml.startsWith(`<message from='${OWN}`)) break;
        live.add(at);
        isLate ||= at <= tail;
        const { archived, ...bare } = archive[at]!;
        await model.live(one.withId ? { ...bare, archived } : bare);
      }
    }
  }
  length = archive.length;
  if (begin > 0 && !began) await history(2);
  if (historyLast) await pass(2, 3, 100);
  while (bottom > 0) await history(3);
  await pass(2, 3, 100);
  return isLate;
}

interface Outcome {
  readonly shown: readonly Shown[];
  readonly other: readonly Shown[];
  readonly read: string | undefined;
  readonly unread: number | undefined;
  readonly found: readonly string[];
}

async function outcome(model: Model): Promise<Outcome> {
  const talk = await model.talk();
  const all = await model.messages();
  return {
    shown: await model.shown(),
    other: await model.shown(OTHER),
    read: all.findLast(({ position }) => position <= (talk?.read?.position ?? -Infinity))?.text,
    unread: talk?.unread,
    found: [...(await model.search('said')), ...(await model.search('edited'))].sort(),
  };
}

describe.each([
  ['ids that are given once', false],
  ['ids that are given again', true],
])('%s', (_what, counted) => {
  it('whatever way they come, messages are in the end what one reading of the archive makes of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 1, maxLength: 14 }),
        fc.nat(8),
        fc.array(step, { maxLength: 14 }),
        fc.boolean(),
        async (happenings, begin, steps, historyLast) => {
          const archive = archiveOf(happenings, counted);
          const clean = createModel();
          await clean.archive(passFrom(), ...archive);
          const model = createModel();
          const isLate = await follow(model, archive, begin, steps, historyLast);
          const [found, expected] = [await outcome(model), await outcome(clean)];
          expect(isLate ? { ...found, read: expected.read, unread: expected.unread } : found).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
