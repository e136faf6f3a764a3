import { attr, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, TextCodec } from '@xeps/core/schema';

/** §2: the namespace of occupant identifiers; rooms that assign them advertise it. */
export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

/** §4.1: the most characters an identifier has. */
const MAX_LENGTH = 128;

/** §4.1, §8: an opaque text of 1 to 128 characters. */
const identifier: TextCodec<string> = { decode: check, encode: check, json: true };

function check(text: string): string {
  if (text.length > 0 && text.length <= MAX_LENGTH) return text;
  throw new RangeError(`expected 1 to ${MAX_LENGTH} characters, got ${text.length}`);
}

const $occupantId = /* @__PURE__ */ element(NS_OCCUPANT_ID, 'occupant-id', { id: attr(identifier) });
/** §3: who an occupant is: the same in one room across nicknames and visits. Not to be believed as it is: see `senderOf`. */
export interface OccupantId extends Infer<typeof $occupantId> {}
/** What encodes to an `<occupant-id/>`. */
export interface OccupantIdInput extends InferInput<typeof $occupantId> {}
/** §3: `<occupant-id/>`, in messages and presences of a room. Anybody can write one where the room does not (§5). */
export const occupantId: ElementSchema<OccupantId, OccupantIdInput> = $occupantId;
