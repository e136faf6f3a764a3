import { Element, namespaceOf, NS_CLIENT } from '@xeps/core';
import { child, element, mapped, optional, rest } from '@xeps/core/schema';
import type { Schema } from '@xeps/core/schema';
import { delay } from '@xeps/xep-0203';
import type { Delay, DelayInput } from '@xeps/xep-0203';

/** §3.1: the namespace of forwarded stanzas. Clients that show plain forwards advertise it (§4). */
export const NS_FORWARD = 'urn:xmpp:forward:0';

/** §3.1: a stanza in an envelope. */
export interface Forwarded {
  /** When the forwarder got the stanza (§3.2). */
  readonly delay?: Delay;
  /**
   * The message, presence or IQ, as data of its own: its `from` says nothing until the sender of the envelope is
   * entitled to speak for that address (§7). Absent where the envelope is empty, as for a deleted archived message.
   */
  readonly stanza?: Element;
}
/** {@link Forwarded} for encoding. */
export interface ForwardedInput {
  /** When the stanza came; SHOULD be there (§3.2). */
  readonly delay?: DelayInput | undefined;
  /** The stanza, which is left as it is; its namespace is written with it (§3.2). */
  readonly stanza?: Element | undefined;
}

const $forwarded = /* @__PURE__ */ element(NS_FORWARD, 'forwarded', { delay: optional(child(delay)), content: rest() });

/** §3.1: `<forwarded/>`. */
export const forwarded: Schema<Forwarded, ForwardedInput> = /* @__PURE__ */ mapped(
  $forwarded,
  ({ delay: when, content }): Forwarded => {
    const stanza = content.find(isStanza);
    // The envelope is not needed any more; the stanza stands for itself and does not keep it in memory.
    if (stanza !== undefined) stanza.parent = null;
    return { ...(when !== undefined && { delay: when }), ...(stanza !== undefined && { stanza }) };
  },
  ({ delay: when, stanza }: ForwardedInput) => ({
    delay: when,
    content: stanza === undefined ? [] : [enclosed(stanza)],
  }),
);

const kinds: readonly string[] = ['message', 'presence', 'iq'];

function isStanza(node: Element): boolean {
  return kinds.includes(node.name) && namespaceOf(node) === NS_CLIENT;
}

/** The stanza with its namespace said, or it would inherit the envelope's (§3.2); the caller's own element stays as it is. */
function enclosed(stanza: Element): Element {
  const copy = new Element(stanza.name, { ...stanza.attrs, xmlns: stanza.getNS() ?? NS_CLIENT });
  for (const node of stanza.children) copy.children.push(node);
  return copy;
}
