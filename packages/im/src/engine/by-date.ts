import type { ReadTransaction } from '../store/port.ts';
import type { EventRecord } from '../store/records.ts';

/**
 * The first message of a conversation that is not older than `time`. Times grow with positions, by which alone stores can
 * look messages up; so positions are halved until nothing lies between.
 */
export async function firstSince(
  tx: ReadTransaction,
  conversation: string,
  time: number,
): Promise<EventRecord | undefined> {
  const next = async (after: number): Promise<EventRecord | undefined> =>
    (await tx.page({ conversation, after, limit: 1 }))[0];
  const [newest] = await tx.page({ conversation, limit: 1 });
  if (newest === undefined || newest.data.time < time) return undefined;
  let found = await next(-Infinity);
  if (found === undefined || found.data.time >= time) return found;

  // Everything up to `low` is older, and `found` is the first after `high` that is not.
  let low = found.position;
  let high = newest.position;
  found = newest;
  for (;;) {
    const first = await next(low);
    if (first === undefined || first.position >= found.position) return found;
    if (first.data.time >= time) return first;
    low = first.position;
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) continue;
    const candidate = await next(middle);
    if (candidate === undefined || candidate.data.time >= time) {
      high = middle;
      if (candidate !== undefined && candidate.position < found.position) found = candidate;
    } else low = candidate.position;
  }
}
