import { attr, childTexts, element } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §2.1: the namespace of reactions. */
export const NS_REACTIONS = 'urn:xmpp:reactions:0';

const $reactions = /* @__PURE__ */ element(NS_REACTIONS, 'reactions', {
  id: attr(),
  reactions: childTexts('reaction'),
});
/** §3.1: all of one sender's reactions to the message with that id, as they came: `readReactions` gives those that count. */
export interface Reactions extends Infer<typeof $reactions> {}
/** What encodes to a `<reactions/>`. */
export interface ReactionsInput extends InferInput<typeof $reactions> {}
/** §3.1: `<reactions/>`. It takes the place of the sender's earlier ones; an empty one takes them back (§3.2). */
export const reactions: ElementSchema<Reactions, ReactionsInput> = $reactions;
