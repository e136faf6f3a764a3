import { attr, element, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §4: the namespace of entity capabilities; also the feature of whoever supports them (§7). */
export const NS_CAPS = 'http://jabber.org/protocol/caps';
/** §7, §8.4: the feature of a server that leaves repeated annotations out of presence. */
export const NS_CAPS_OPTIMIZE = 'http://jabber.org/protocol/caps#optimize';

const $capabilities = /* @__PURE__ */ element(NS_CAPS, 'c', {
  ext: optional(attr()),
  hash: optional(attr()),
  node: attr(),
  ver: attr(),
});
/**
 * §4: what software an entity is (`node`) and a hash over what it can do (`ver`), by the algorithm `hash`. Without `hash`
 * it is of the legacy format (§12), whose `ver` and `ext` prove nothing.
 */
export interface Capabilities extends Infer<typeof $capabilities> {}
/** What encodes to a `<c/>`. */
export interface CapabilitiesInput extends InferInput<typeof $capabilities> {}
/** §4: `<c/>`, in presence and in stream features (§6.3). */
export const capabilities: ElementSchema<Capabilities, CapabilitiesInput> = $capabilities;
