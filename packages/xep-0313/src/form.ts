import { boolean, dateTime, jid, string } from '@xeps/core/schema';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { manyValues, newField, oneValue, submitForm } from '@xeps/xep-0004';
import type { DataForm, FieldCodec } from '@xeps/xep-0004';
import { NS_MAM } from './schema.ts';

/** Which messages of an archive to read; all when nothing is given (§4.1). */
export interface ArchiveQuery {
  /** To or from that address, in a room's archive from it; a bare address stands for its resources too (§4.1.1). */
  readonly with?: Jid | string | undefined;
  /** From that time on (§4.1.2). */
  readonly start?: Date | undefined;
  /** Up to that time (§4.1.2). */
  readonly end?: Date | undefined;
  /** Before the message of that id (§4.1.3; `#extended`). */
  readonly beforeId?: string | undefined;
  /** After the message of that id (§4.1.3; `#extended`). */
  readonly afterId?: string | undefined;
  /** These messages alone (§4.1.3; `#extended`). */
  readonly ids?: readonly string[] | undefined;
  /** Whether messages of rooms in the user's archive are wanted (§4.1.4; `#groupchat-field`). */
  readonly includeGroupchat?: boolean | undefined;
  /** Further fields that the archive's form names, see `getArchiveForm` (§4.1.5). */
  readonly fields?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** The node of a pubsub archive (§6.1.3, XEP-0442). */
  readonly node?: string | undefined;
}

/** The form fields of §4.1.1 to §4.1.4, by property: for `submitForm` and `formValues` of XEP-0004. */
export const archiveFields: {
  readonly with: typeof jid;
  readonly start: typeof dateTime;
  readonly end: typeof dateTime;
  readonly beforeId: FieldCodec<string>;
  readonly afterId: FieldCodec<string>;
  readonly ids: FieldCodec<string[], readonly string[]>;
  readonly includeGroupchat: FieldCodec<boolean>;
} = {
  with: jid,
  start: dateTime,
  end: dateTime,
  beforeId: /* @__PURE__ */ oneValue(string, 'before-id'),
  afterId: /* @__PURE__ */ oneValue(string, 'after-id'),
  ids: /* @__PURE__ */ manyValues(string),
  includeGroupchat: /* @__PURE__ */ oneValue(boolean, 'include-groupchat'),
};

/** Whether a query names messages by id, and so can name one that is gone. */
export function namesIds({ beforeId, afterId, ids }: ArchiveQuery): boolean {
  return beforeId !== undefined || afterId !== undefined || ids !== undefined;
}

/** The form of a query (§4.1); none when everything is asked for. */
export function queryForm({ with: whom, fields = {}, ...filters }: ArchiveQuery): DataForm | undefined {
  const form = submitForm(NS_MAM, archiveFields, { ...filters, with: whom === undefined ? undefined : toJid(whom) });
  for (const [name, value] of Object.entries(fields))
    form.fields.push(newField(name, typeof value === 'string' ? [value] : value));
  return form.fields.length > 1 ? form : undefined;
}
