import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pages, PagingError } from './index.ts';
import type { Page, PagesOptions, RsmRequestInput } from './index.ts';

/** A responder with a set of items that are their own UIDs; its pages are in the order of the request's direction. */
function responder(items: readonly string[], { allowed = Infinity, tellsComplete = true } = {}) {
  const asked: RsmRequestInput[] = [];
  const ask = async (request: RsmRequestInput): Promise<Page<string>> => {
    asked.push(request);
    await Promise.resolve();
    const { max = 10, after, before } = request;
    const size = Math.min(max, allowed);
    const backward = before !== undefined;
    const start = after === undefined ? 0 : items.indexOf(after) + 1;
    const end = before === undefined || before === '' ? items.length : items.indexOf(before);
    const found = backward ? items.slice(Math.max(0, end - size), end) : items.slice(start, start + size);
    const complete = backward ? found.length === end : start + found.length === items.length;
    const set = { count: items.length, ...(found.length > 0 && { first: { id: found[0]! }, last: found.at(-1)! }) };
    return { items: backward ? found.toReversed() : found, set, ...(tellsComplete && { complete }) };
  };
  return { ask, asked };
}

async function all(
  ask: (request: RsmRequestInput) => Promise<Page<string>>,
  options?: PagesOptions,
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages(ask, options)) found.push(...page.items);
  return found;
}

const letters = [...'abcdefghijk'];

it('§2.2 goes forward', async () => {
  const { ask, asked } = responder(letters);
  expect(await all(ask, { pageSize: 4 })).toEqual(letters);
  expect(asked).toEqual([
    { max: 4, after: undefined },
    { max: 4, after: 'd' },
    { max: 4, after: 'h' },
  ]);
});

it('§2.3, §2.5 goes backward from the end', async () => {
  const { ask, asked } = responder(letters);
  expect(await all(ask, { pageSize: 4, backward: true })).toEqual(letters.toReversed());
  expect(asked).toEqual([
    { max: 4, before: '' },
    { max: 4, before: 'h' },
    { max: 4, before: 'd' },
  ]);
});

it('begins at a cursor', async () => {
  expect(await all(responder(letters).ask, { cursor: 'i' })).toEqual(['j', 'k']);
  expect(await all(responder(letters).ask, { cursor: 'c', backward: true })).toEqual(['b', 'a']);
});

it('§4 a responder that does not page has one page', async () => {
  let times = 0;
  expect(await all(() => Promise.resolve({ items: letters, set: (times++, undefined) }))).toEqual(letters);
  expect(times).toBe(1);
});

it('gives every item once, in order, whatever the sizes, directions and the responder’s limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 }),
      fc.record({
        pageSize: fc.integer({ min: 1, max: 20 }),
        backward: fc.boolean(),
        pipeline: fc.boolean(),
        limit: fc.option(fc.nat(70), { nil: undefined }),
      }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      async (items, options, allowed, tellsComplete) => {
        const { ask, asked } = responder(items, { allowed, tellsComplete });
        const wanted = (options.backward ? items.toReversed() : items).slice(0, options.limit);
        expect(await all(ask, options)).toEqual(wanted);
        expect(asked.length).toBeLessThanOrEqual(Math.ceil(wanted.length / Math.min(options.pageSize, allowed)) + 1);
      },
    ),
    { numRuns: 200 },
  );
});

describe('size', () => {
  const many = Array.from({ length: 2000 }, (_, at) => `i${at}`);

  it('grows while the responder gives as many as were asked for', async () => {
    const { ask, asked } = responder(many);
    await all(ask);
    expect(asked.map(({ max }) => max)).toEqual([50, 100, 200, 400, 500, 500, 500]);
  });

  it('stays at what the responder allows', async () => {
    const { ask, asked } = responder(many.slice(0, 500), { allowed: 100 });
    await all(ask);
    expect(asked.map(({ max }) => max)).toEqual([50, 100, 200, 200, 200, 200]);
  });

  it('asks for no more than the limit, and cuts what is more', async () => {
    const { ask, asked } = responder(many);
    expect(await all(ask, { limit: 70 })).toHaveLength(70);
    expect(asked.map(({ max }) => max)).toEqual([50, 20]);
    expect(await all(() => Promise.resolve({ items: letters, set: { last: 'k' } }), { limit: 3 })).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await all(ask, { limit: 0 })).toEqual([]);
    expect(asked).toHaveLength(2);
  });
});

describe('pipelining', () => {
  it('is one page ahead, never more', async () => {
    const { ask, asked } = responder(letters);
    const loop = pages(ask, { pageSize: 2 });
    await loop.next();
    expect(asked).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toHaveLength(2);
    await loop.next();
    expect(asked).toHaveLength(3);
    await loop.return();
    expect(asked).toHaveLength(3);
  });

  it('can be off', async () => {
    const { ask, asked } = responder(letters);
    const loop = pages(ask, { pageSize: 2, pipeline: false });
    await loop.next();
    expect(asked).toHaveLength(1);
    await loop.next();
    expect(asked).toHaveLength(2);
  });

  it('stops the page on its way when the loop is left', async () => {
    const signals: AbortSignal[] = [];
    const { ask } = responder(letters);
    for await (const _ of pages((request, signal) => (signals.push(signal), ask(request)), { pageSize: 2 })) break;
    expect(signals).toHaveLength(2);
    expect(signals[1]!.aborted).toBe(true);
  });

  it('a page asked ahead that fails, fails the loop only when it comes to it', async () => {
    const { ask } = responder(letters);
    let times = 0;
    const loop = pages((request) => (times++ === 0 ? ask(request) : Promise.reject(new Error('lost'))), {
      pageSize: 2,
    });
    expect((await loop.next()).value).toMatchObject({ items: ['a', 'b'] });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(loop.next()).rejects.toThrow('lost');
  });
});

describe('a responder that misbehaves', () => {
  it.each([[['a']], [['a', 'b']], [['a', 'b', 'c']]])('leads in a circle %j', async (circle) => {
    let at = 0;
    const found: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const page of pages(() => {
        const id = circle[at++ % circle.length]!;
        return Promise.resolve({ items: [id], set: { first: { id }, last: id }, complete: false });
      }))
        found.push(...page.items);
    };
    await expect(loop()).rejects.toSatisfy((error) => error instanceof PagingError && error.reason === 'loop');
    expect(found).toEqual(circle);
  });

  it('repeats the cursor that it was given', async () => {
    const ask = (): Promise<Page> => Promise.resolve({ items: [], set: { last: 'x' }, complete: false });
    await expect(pages(ask, { cursor: 'x' }).next()).rejects.toBeInstanceOf(PagingError);
  });
});

it('stops at the caller’s signal', async () => {
  const stop = new AbortController();
  const { ask, asked } = responder(letters);
  const loop = pages(ask, { pageSize: 2, pipeline: false, signal: stop.signal });
  await loop.next();
  stop.abort(new Error('enough'));
  await expect(loop.next()).rejects.toThrow('enough');
  expect(asked).toHaveLength(1);
});
