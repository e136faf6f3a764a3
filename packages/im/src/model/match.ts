import { isSameSender } from '@xeps/xep-0421';
import type { EventRecord } from '../store/records.ts';
import { refOf, refsOf } from './incoming.ts';
import type { Incoming, Kept } from './incoming.ts';
import type { Source } from './apply.ts';
import type { WorkingSet } from './working-set.ts';

/** Milliseconds between two arrivals of a message that has no id. */
const NEAR = 60_000;

/**
 * The event that came in before, by another way or because it was sent again: by its id in the archive, else by the ids
 * that its sender gave it. These can be given twice, by mistake or on purpose, so that what it says must be the same.
 */
export function findSame(set: WorkingSet, one: Incoming, what: Kept, source: Source): EventRecord | undefined {
  const known = one.archived === undefined ? undefined : set.byArchived(one.archived);
  if (known !== undefined) return known;
  const target = 'target' in what ? finalTarget(set, one, what.target) : undefined;
  const rebuilt = source.kind === 'archive' && source.pass.rebuilt;
  for (const ref of refsOf(one)) {
    for (const candidate of set.byRef(ref)) {
      if (candidate.kind === what.kind && candidate.target === target && isSame(candidate, one, what, rebuilt))
        return candidate;
    }
  }
  return undefined;
}

/** What to call the target: some clients name the last correction and not the message that it corrects (XEP-0308 §3). */
export function finalTarget(set: WorkingSet, { conversation, author }: Incoming, id: string): string {
  const target = refOf(conversation, id);
  const named = set.byRef(target);
  if (named.some(({ kind }) => kind === 'message')) return target;
  return named.find((one) => one.kind === 'edit' && isSameSender(one.data.author, author))?.target ?? target;
}

function isSame(candidate: EventRecord, one: Incoming, what: Kept, rebuilt: boolean): boolean {
  const { data } = candidate;
  if (data.outgoing !== one.outgoing || data.author.address !== one.author.address) return false;
  if (!saysTheSame(candidate, what)) return false;
  // Sent again (RFC 6120 lets a connection break between a message and its acknowledgement): the sender says so.
  if (data.originId !== undefined && data.originId === one.originId) return true;
  const both = candidate.archived !== undefined && one.archived !== undefined;
  // An archive gives an id once.
  if (both && !rebuilt) return false;
  if (data.id !== one.id) return false;
  // Of what was taken back, the words can't be compared any more.
  return (data.id !== undefined && !both && data.retracted === undefined) || Math.abs(data.time - one.time) <= NEAR;
}

function saysTheSame({ data }: EventRecord, what: Kept): boolean {
  // The words of what was taken back are gone.
  if (data.retracted !== undefined) return true;
  switch (what.kind) {
    case 'message':
      return data.content?.text === what.content.text;
    case 'edit':
      return data.content === undefined || data.content.text === what.content.text;
    case 'retraction':
      return true;
    case 'reactions':
      return String(data.emojis) === String(what.emojis);
  }
}
