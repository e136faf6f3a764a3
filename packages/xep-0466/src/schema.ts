import { NS_CLIENT } from '@xeps/core';
import { attr, element, integer, versions } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, Schema } from '@xeps/core/schema';

/** §3.2: the namespace of ephemeral messages; clients that discard them advertise it (§3.1). */
export const NS_EPHEMERAL = 'urn:xmpp:ephemeral:0';

const $ephemeral = /* @__PURE__ */ element(NS_EPHEMERAL, 'ephemeral', { timer: attr(integer(0, 2 ** 32 - 1)) });
/** §3.2: after how many seconds a message is to be discarded. */
export interface Ephemeral extends Infer<typeof $ephemeral> {}
/** {@link Ephemeral} for encoding. */
export interface EphemeralInput extends InferInput<typeof $ephemeral> {}
/** §3.2: `<ephemeral/>`. */
export const ephemeral: ElementSchema<Ephemeral, EphemeralInput> = $ephemeral;

const $wantOut = /* @__PURE__ */ element(NS_CLIENT, 'i-want-out');
/** §3.5: the wish has nothing in it. */
export interface WantOut extends Infer<typeof $wantOut> {}
/**
 * §3.5: `<i-want-out/>`, the wish for a conversation whose messages stay. The specification gives it no namespace yet, so
 * it is written as printed there, and read in the one that is missing as well.
 */
export const wantOut: Schema<WantOut> = /* @__PURE__ */ versions(
  $wantOut,
  /* @__PURE__ */ element(NS_EPHEMERAL, 'i-want-out'),
);
