import { Element, StanzaError } from '@xeps/core';
import type { Session } from '@xeps/core';
import { formValues } from '@xeps/xep-0004';
import { archiveFields, archiveQuery, mamResult } from '../src/index.ts';
import type { ArchivedMessage, MamFinInput, MamQuery } from '../src/index.ts';

/** Everything that a loop gives. */
export async function all<T>(from: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of from) found.push(item);
  return found;
}

/** The ids of messages, in order. */
export const ids = (messages: readonly ArchivedMessage[]): string[] => messages.map(({ id }) => id);

/** A message to be kept. */
export interface Kept {
  readonly id: string;
  readonly from: string;
  readonly body: string;
  readonly time: Date;
}

/** `count` messages, a minute apart, with ids `m0`, `m1`, … */
export function conversation(count: number, from = 'juliet@capulet.lit/balcony'): Kept[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `m${at}`,
    from,
    body: `line ${at}`,
    time: new Date(Date.UTC(2010, 6, 10, 23, at)),
  }));
}

/** How an archive differs from a good one. */
export interface Quirks {
  /** The most messages a page (§4.3.1). */
  readonly allowed?: number;
  /** Whose results they claim to be; the address that was asked when left out. */
  readonly from?: string;
  /** Whether flipped pages are known (§4.3.4). */
  readonly knowsFlip?: boolean;
  /** Whether an id that is not there is an error (§4.3.2), and not an empty page. */
  readonly tellsUnknown?: boolean;
  /** Called before each page is sent. */
  readonly before?: (query: MamQuery) => void | Promise<void>;
  /** Changes the end of a page. */
  readonly fin?: (fin: MamFinInput) => MamFinInput;
  /** Changes a result; `undefined` loses it. */
  readonly result?: (message: Element) => Element | undefined;
}

/** The answering side of §4, over messages in memory. */
export function serveArchive(server: Session, kept: readonly Kept[], quirks: Quirks = {}): MamQuery[] {
  const asked: MamQuery[] = [];
  server.handle(archiveQuery, async (query, { stanza, from }) => {
    asked.push(query);
    await quirks.before?.(query);
    const archive = (stanza.attrs['to'] as string | undefined) ?? String(from?.bare());
    const { set = {}, form, flipPage } = query;
    const { start, end, ids, afterId } = form === undefined ? {} : formValues(form, archiveFields);
    const after = kept.findIndex(({ id }) => id === afterId);
    const matching = kept.filter(
      ({ id, time }, at) =>
        at > after && (!start || time >= start) && (!end || time <= end) && (!ids || ids.includes(id)),
    );
    const size = Math.min(set.max ?? 50, quirks.allowed ?? 1000);
    const edge = set.after ?? set.before;
    if (edge !== undefined && edge !== '' && !kept.some(({ id }) => id === edge)) {
      if (quirks.tellsUnknown === false) return { complete: true, set: {} };
      throw new StanzaError('item-not-found');
    }
    const from0 = set.after === undefined ? 0 : matching.findIndex(({ id }) => id === set.after) + 1;
    const to =
      set.before === undefined || set.before === ''
        ? matching.length
        : matching.findIndex(({ id }) => id === set.before);
    const page =
      set.before === undefined ? matching.slice(from0, from0 + size) : matching.slice(Math.max(0, to - size), to);
    const sent = flipPage && quirks.knowsFlip !== false ? page.toReversed() : page;
    for (const { id, from: sender, body, time } of sent) {
      const inner = new Element('message', { xmlns: 'jabber:client', from: sender, type: 'chat' });
      inner.c('body').t(body);
      const message = new Element('message', { from: quirks.from ?? archive, to: String(from) });
      const { queryid } = query;
      message.cnode(mamResult.encode({ id, queryid, forwarded: { delay: { stamp: time }, stanza: inner } }));
      const out = quirks.result === undefined ? message : quirks.result(message);
      if (out !== undefined) await server.send(out);
    }
    const complete =
      page.length === 0 ||
      page.at(set.before === undefined ? -1 : 0) === matching.at(set.before === undefined ? -1 : 0);
    const fin = {
      complete,
      set: { count: matching.length, ...(page.length > 0 && { first: { id: page[0]!.id }, last: page.at(-1)!.id }) },
    };
    return quirks.fin?.(fin) ?? fin;
  });
  return asked;
}
