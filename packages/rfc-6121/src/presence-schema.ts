import { NS_CLIENT } from '@xeps/core';
import {
  attr,
  childText,
  element,
  integer,
  langText,
  mapped,
  oneOf,
  optional,
  rest,
  string,
  text,
  withDefault,
  oneOfKnown,
} from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, LangMap, Schema, TextCodec } from '@xeps/core/schema';
import { servedJid } from './address.ts';

/** §4.7.1: what a presence is about; one without a type says that its sender is available. */
export type PresenceType =
  | 'error'
  | 'probe'
  | 'subscribe'
  | 'subscribed'
  | 'unavailable'
  | 'unsubscribe'
  | 'unsubscribed';

/** §4.7.2.1: how available: away, glad to chat, not to be disturbed, away for long. */
export type Show = 'away' | 'chat' | 'dnd' | 'xa';

// What is none of the four reads as if it were not there: plainly available.
const show: TextCodec<Show> = /* @__PURE__ */ oneOfKnown('away', 'chat', 'dnd', 'xa');

const priorities = /* @__PURE__ */ integer(-128, 127);
const priority: TextCodec<number> = {
  /** §4.7.2.3: zero unless there is a number; one that is out of range is none. */
  decode(value) {
    try {
      return priorities.decode(value);
    } catch {
      return 0;
    }
  },
  encode: priorities.encode,
  json: true,
};

const lone = <T>(name: string, codec: TextCodec<T>): Schema<T> =>
  mapped(
    element(NS_CLIENT, name, { value: text(codec) }),
    ({ value }): T => value,
    (value: T) => ({ value }),
  );

/** §4.7.2.1: `<show/>`, whose value is its text. */
export const presenceShow: Schema<Show> = /* @__PURE__ */ lone(
  'show',
  /* @__PURE__ */ oneOf('away', 'chat', 'dnd', 'xa'),
);

const $status = /* @__PURE__ */ element(NS_CLIENT, 'status', {
  lang: optional(attr(string, 'xml:lang')),
  text: withDefault(text(), ''),
});
/** §4.7.2.2: words about the availability, in one language. */
export interface PresenceStatus extends Infer<typeof $status> {}
/** What encodes to a `<status/>`. */
export interface PresenceStatusInput extends InferInput<typeof $status> {}
/** §4.7.2.2: `<status/>`. */
export const presenceStatus: ElementSchema<PresenceStatus, PresenceStatusInput> = $status;

/** §4.7.2.3: `<priority/>`, from -128 to 127; a device with a negative one gets no messages sent to the account. */
export const presencePriority: Schema<number> = /* @__PURE__ */ lone('priority', priority);

const $presence = /* @__PURE__ */ element(NS_CLIENT, 'presence', {
  id: optional(attr()),
  from: optional(attr(servedJid)),
  to: optional(attr(servedJid)),
  type: optional(
    attr(oneOf('error', 'probe', 'subscribe', 'subscribed', 'unavailable', 'unsubscribe', 'unsubscribed')),
  ),
  lang: optional(attr(string, 'xml:lang')),
  show: optional(childText(show)),
  status: langText(),
  priority: withDefault(childText(priority), 0),
  payloads: rest(),
});
/** §4.7: a presence: its attributes, how available its sender is, and the payloads of other specifications. */
export interface Presence extends Infer<typeof $presence> {}
/** What encodes to a `<presence/>`. */
export interface PresenceInput extends InferInput<typeof $presence> {}
/** §4.7: `<presence/>`, whole. */
export const presenceStanza: ElementSchema<Presence, PresenceInput> = $presence;

/** Words by language, from one text or as they are. */
export function toStatus(status: string | LangMap | undefined): LangMap {
  if (status === undefined) return new Map();
  return typeof status === 'string' ? new Map([['', status]]) : status;
}
