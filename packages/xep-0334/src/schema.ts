import { elementName } from '@xeps/core/schema';
import type { Schema } from '@xeps/core/schema';

/** §4: the namespace of processing hints. */
export const NS_HINTS = 'urn:xmpp:hints';

/** §4: what a sender would like servers to do with a message. Nobody has to follow it (§5). */
export type Hint = 'no-permanent-store' | 'no-store' | 'no-copy' | 'store';

/** §4.1–4.4: one hint, an empty element of that name. */
export const hint: Schema<Hint> = /* @__PURE__ */ elementName(NS_HINTS, [
  'no-permanent-store',
  'no-store',
  'no-copy',
  'store',
]);
