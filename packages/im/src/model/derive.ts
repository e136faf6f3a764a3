import { isSameSender } from '@xeps/xep-0421';
import { senderKey } from '@xeps/xep-0444';
import type { Edit, EventData, EventRecord, Reaction } from '../store/records.ts';

/**
 * A message as it stands after all that was said about it, in the order of the archive. Only its author can correct it
 * (XEP-0308 §5) and take it back (XEP-0424 §6); a reaction replaces the earlier one of the same person (XEP-0444 §3.1).
 */
export function derive(base: EventRecord, changes: readonly EventRecord[]): EventRecord {
  const inOrder = changes.toSorted((a, b) => a.position - b.position);
  const byAuthor = inOrder.filter((change) => isSameSender(change.data.author, base.data.author));
  const retraction = byAuthor.find((change) => change.kind === 'retraction');
  const retracted =
    base.data.retracted ??
    (retraction && {
      time: retraction.data.time,
      ...(retraction.data.content && { reason: retraction.data.content.text }),
    });
  const edits: Edit[] = [];
  for (const { kind, data } of byAuthor) {
    if (kind === 'edit' && data.content !== undefined) edits.push({ time: data.time, content: data.content });
  }
  const reactions = reactionsIn(inOrder);
  const { edits: _edits, reactions: _reactions, retracted: _retracted, ...rest } = base.data;
  const data: EventData = {
    ...rest,
    // What was taken back is not kept (XEP-0424 §5).
    ...(retracted !== undefined && { retracted, content: { text: '' } }),
    ...(retracted === undefined && edits.length > 0 && { edits }),
    ...(reactions.length > 0 && { reactions }),
  };
  const { text: _text, ...record } = base;
  const text = retracted === undefined ? searchText(data) : undefined;
  return {
    ...record,
    counts: record.counts && retracted === undefined,
    data,
    ...(text !== undefined && { text }),
  };
}

/** What a message says now. */
export function wording(data: EventData): EventData['content'] {
  return data.edits?.at(-1)?.content ?? data.content;
}

/** What a search finds a message by. */
export function searchText(data: EventData): string | undefined {
  const content = wording(data);
  if (content === undefined) return undefined;
  const names = (content.attachments ?? []).map(({ name, description }) => `${name ?? ''} ${description ?? ''}`);
  const text = [content.subject ?? '', content.text, ...names].join(' ').trim();
  return text === '' ? undefined : text;
}

function reactionsIn(changes: readonly EventRecord[]): Reaction[] {
  const byAuthor = new Map<string, Reaction>();
  for (const { kind, data } of changes) {
    if (kind !== 'reactions') continue;
    // Setting does not change the place of who reacted before.
    byAuthor.set(senderKey(data.author), { author: data.author, emojis: data.emojis ?? [], time: data.time });
  }
  return [...byAuthor.values()].filter(({ emojis }) => emojis.length > 0);
}
