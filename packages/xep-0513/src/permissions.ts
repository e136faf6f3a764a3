import type { Element, RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { integer, string } from '@xeps/core/schema';
import type { TextCodec } from '@xeps/core/schema';
import { messageEnvelope } from '@xeps/rfc-6121';
import { dataForm, FORM_TYPE, formValues, oneValue, submitForm } from '@xeps/xep-0004';
import type { DataForm } from '@xeps/xep-0004';
import { mentionsConfigChange, mentionsConfigQuery, NS_MENTIONS } from './schema.ts';

/** §3.6: who may: all who may speak, moderators, nobody. */
export type MentionRight = 'participants' | 'moderators' | 'none';

/** §3.6: what a room allows. What is absent it says nothing of. */
export interface MentionPermissions {
  /** Mentions that a message may have. */
  readonly count?: number;
  /** Who may mention somebody (§3.1). */
  readonly individual?: MentionRight;
  /** Who may mention everybody in a room, in a space, of a server (§3.2.1). */
  readonly channel?: MentionRight;
  readonly space?: MentionRight;
  readonly server?: MentionRight;
  /** Who may mention roles and affiliations (§3.2.2). */
  readonly associations?: MentionRight;
  /** Who may mention hats (§3.2.3). */
  readonly hats?: MentionRight;
}

const rights: readonly string[] = ['participants', 'moderators', 'none'];
const right: TextCodec<MentionRight> = {
  // A right of a later version is one that nobody is known to have.
  decode: (text) => (rights.includes(text) ? (text as MentionRight) : 'none'),
  encode(value) {
    if (rights.includes(value)) return value;
    throw new RangeError(`expected one of ${rights.join(', ')}, got “${value}”`);
  },
  json: true,
};
const fields = {
  count: /* @__PURE__ */ oneValue(/* @__PURE__ */ integer(), 'mentions#count'),
  individual: /* @__PURE__ */ oneValue(right, 'mentions#individual'),
  channel: /* @__PURE__ */ oneValue(right, 'mentions#channel'),
  space: /* @__PURE__ */ oneValue(right, 'mentions#space'),
  server: /* @__PURE__ */ oneValue(right, 'mentions#server'),
  associations: /* @__PURE__ */ oneValue(right, 'mentions#associations'),
  hats: /* @__PURE__ */ oneValue(right, 'mentions#hats'),
};

/**
 * The permissions in a form: that of §3.6, or what a room tells of itself (`muc#roominfo`).
 *
 * @throws CodecError when the count is no number.
 */
export function readMentionPermissions(form: Pick<DataForm, 'fields'>): MentionPermissions {
  return formValues(form, fields);
}

/**
 * Asks a room who may mention whom (§3.6). Rejects as `session.request` does; rooms that don't know permissions refuse.
 */
export async function getMentionPermissions(
  session: Session,
  room: Jid | string,
  options: Pick<RequestOptions, 'signal' | 'timeout'> = {},
): Promise<MentionPermissions> {
  const { signal, timeout } = options;
  const { form } = await session.request(mentionsConfigQuery, {}, { to: toJid(room).bare(), signal, timeout });
  return form === undefined ? {} : readMentionPermissions(form);
}

/**
 * Says who may mention whom in a room (§3.6); what is left out stays as it is. Rejects as `session.request` does, with
 * `StanzaError` of condition `forbidden` for whoever does not own the room.
 */
export async function setMentionPermissions(
  session: Session,
  room: Jid | string,
  permissions: MentionPermissions,
  options: Pick<RequestOptions, 'signal' | 'timeout'> = {},
): Promise<void> {
  const { signal, timeout } = options;
  const form = submitForm(NS_MENTIONS, fields, permissions);
  await session.request(mentionsConfigChange, { form }, { to: toJid(room).bare(), signal, timeout });
}

/**
 * The permissions that a room tells it has changed (§3.6), to be laid over those known before. `undefined` for any other
 * message, and for what an occupant says: only the room itself, by its bare address, changes them.
 */
export function mentionPermissionsChange(message: Element, room: Jid | string): MentionPermissions | undefined {
  const envelope = messageEnvelope.safeDecode(message);
  if (!envelope.ok || envelope.value.type !== 'groupchat') return undefined;
  if (envelope.value.from?.equals(toJid(room).bare()) !== true) return undefined;
  for (const child of message.children) {
    if (typeof child !== 'object' || !dataForm.is(child)) continue;
    const form = dataForm.safeDecode(child);
    if (!form.ok || form.value.type !== 'result') continue;
    if (formValues(form.value, { [FORM_TYPE]: string })[FORM_TYPE] !== NS_MENTIONS) continue;
    try {
      return readMentionPermissions(form.value);
    } catch {
      // A broken one changes nothing.
    }
  }
  return undefined;
}
