import { Element, NS_CLIENT, StanzaError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { dataForm, formValues } from '@xeps/xep-0004';
import type { DataForm } from '@xeps/xep-0004';
import { archiveFields, archiveFormQuery, archiveQuery, mamResult, metadataQuery, NS_MAM } from '@xeps/xep-0313';
import type { ArchiveMetadataInput, MamQuery } from '@xeps/xep-0313';
import type { Host } from '../../host/host.ts';
import type { IqAccess, IqContext, IqTable } from '../../host/iq-table.ts';
import { stanzaOf } from './log.ts';
import type { LogEntry, LogFilter, MessageLog } from './log.ts';

/** Results in one page at most, and where nothing is said. */
const pageSize = { most: 250, usual: 50 };

/** Whose archive is asked. */
export interface ArchiveOwner {
  /** The owner in the log. May throw a `StanzaError`: who asks may not. */
  ownerOf(context: IqContext): string;
  /** Changes what one asker gets to see of a message (XEP-0313 §6.1.2). */
  shown?(entry: LogEntry, context: IqContext): Element | undefined;
}

/** Answers queries of an archive (XEP-0313 §4, §5). */
export function answerArchive(
  host: Host,
  table: IqTable,
  log: MessageLog,
  { ownerOf, shown = stanzaOf }: ArchiveOwner,
  access?: IqAccess,
): void {
  table.handle(
    archiveQuery,
    (query, context) => {
      const owner = ownerOf(context);
      const { max = pageSize.usual, after, before, index } = query.set ?? {};
      if (index !== undefined) throw new StanzaError('feature-not-implemented', { text: 'pages by index' });
      if (max < 0) throw new StanzaError('bad-request', { text: 'a page of less than nothing' });
      const found = log.query(owner, filterOf(query), { max: Math.min(max, pageSize.most), after, before });
      // §4.3.2, XEP-0059 §2.1
      if (found === undefined) throw new StanzaError('item-not-found', { text: 'an id that is not in the archive' });
      const { entries, complete, count } = found;
      const session = host.sessions.find(context.from);
      for (const entry of query.flipPage ? entries.toReversed() : entries) {
        const message = new Element('message', {
          xmlns: NS_CLIENT,
          from: String(context.to),
          to: String(context.from),
        });
        const stanza = shown(entry, context);
        const forwarded = { delay: { stamp: new Date(entry.at) }, ...(stanza !== undefined && { stanza }) };
        message.cnode(mamResult.encode({ queryid: query.queryid, id: entry.id, forwarded }));
        // Past the account's own rules: what comes out of an archive does not go into one.
        if (session === undefined) host.route(message);
        else session.send(message);
      }
      const [first] = entries;
      return {
        queryid: query.queryid,
        complete,
        set: {
          count,
          ...(first !== undefined && { first: { id: first.id, index: found.index }, last: entries.at(-1)!.id }),
        },
      };
    },
    access,
  );
  table.handle(
    archiveFormQuery,
    (_, context) => {
      ownerOf(context);
      return { form: queryForm() };
    },
    access,
  );
  table.handle(metadataQuery, (_, context) => metadataOf(log, ownerOf(context)), access);
}

/** The ends of an archive (§5). */
export function metadataOf(log: MessageLog, owner: string): ArchiveMetadataInput {
  const edges = log.edges(owner);
  if (edges === undefined) return {};
  const [start, end] = edges.map(({ id, at }) => ({ id, timestamp: new Date(at) }));
  return { start: start!, end: end! };
}

function filterOf({ form }: MamQuery): LogFilter {
  if (form === undefined) return {};
  try {
    const { with: peer, start, end, ...others } = formValues(form, archiveFields);
    return { ...others, with: peer && String(peer as Jid), start: start?.getTime(), end: end?.getTime() };
  } catch (error) {
    throw new StanzaError('bad-request', { text: (error as Error).message });
  }
}

/** §4.1.5 */
function queryForm(): DataForm {
  return dataForm.decode(
    dataForm.encode({
      type: 'form',
      fields: [
        { name: 'FORM_TYPE', type: 'hidden', values: [NS_MAM] },
        { name: 'with', type: 'jid-single' },
        { name: 'start', type: 'text-single' },
        { name: 'end', type: 'text-single' },
        { name: 'before-id', type: 'text-single' },
        { name: 'after-id', type: 'text-single' },
        { name: 'ids', type: 'list-multi' },
      ],
    }),
  );
}
