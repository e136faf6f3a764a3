import { attr, boolean, children, element, optional, rest, string, withDefault } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2: the namespace of fastenings, and the feature of clients that know them. */
export const NS_FASTEN = 'urn:xmpp:fasten:0';

const $external = /* @__PURE__ */ element(NS_FASTEN, 'external', {
  name: attr(),
  elementNamespace: optional(attr(string, 'element-namespace')),
});
/** §3.2: a child of the message that is part of the fastening; in the message's own namespace unless another is named. */
export interface ExternalPayload extends Infer<typeof $external> {}
/** What encodes to an `<external/>`. */
export interface ExternalPayloadInput extends InferInput<typeof $external> {}
/** §3.2: `<external/>`. */
export const externalPayload: ElementSchema<ExternalPayload, ExternalPayloadInput> = $external;

const $fastening = /* @__PURE__ */ element(NS_FASTEN, 'apply-to', {
  /** §3.1: the origin id of the message that it is fastened to. */
  id: attr(),
  /** §3.4: takes back what this sender fastened of that kind. */
  clear: withDefault(attr(boolean), false),
  /** §3.5: the contents are in the encrypted part of the message. */
  shell: withDefault(attr(boolean), false),
  /** §3.1: what is fastened; of several kinds (§3.2) only the first counts, see `fasteningOf`. */
  payloads: rest(),
  externals: children(externalPayload),
});
/** §3: payloads that belong to an earlier message. */
export interface Fastening extends Infer<typeof $fastening> {}
/** What encodes to an `<apply-to/>`. */
export interface FasteningInput extends InferInput<typeof $fastening> {}
/** §3: `<apply-to/>`. */
export const fastening: ElementSchema<Fastening, FasteningInput> = $fastening;
