import { childElements, namespaceOf } from '@xeps/core';
import type { Element } from '@xeps/core';
import { fastening } from './schema.ts';
import type { Fastening } from './schema.ts';

/** What a message fastens to an earlier one. */
export interface MessageFastening {
  /**
   * The origin id of the earlier message (§3.1), always that of the original and not of something fastened to it (§4).
   * Anybody can give a message the same one: look for it only where the fastened payload's specification allows.
   */
  readonly id: string;
  /** §3.4: what this sender fastened of this kind is taken back. */
  readonly clear: boolean;
  /** The kind: what all of `payloads` are called. Whatever the sender fastened of it before is replaced (§3.3). */
  readonly name: string;
  /** The namespace of the kind. */
  readonly xmlns: string;
  /** The payloads, one or more. When `clear`, the one that says which kind. */
  readonly payloads: readonly Element[];
  /** §3.2: the children of the message that belong to the fastening. */
  readonly externals: readonly Element[];
}

/**
 * Reads what a message fastens. `undefined` when it fastens nothing, when it is broken or a bounce, when several fastenings
 * contradict each other (§4), and for an empty shell (§3.5): then the contents are to be decrypted first and read from
 * there.
 *
 * Who may fasten what is up to the specification of the payload (§4): `senderOf` of XEP-0421 tells who it was.
 *
 * @example
 * ```ts
 * import type { Element } from '@xeps/core';
 * import { fasteningOf } from '@xeps/xep-0422';
 *
 * export function likes(message: Element): string | undefined {
 *   const found = fasteningOf(message);
 *   return found?.name === 'i-like-this' && found.xmlns === 'urn:example:like' && !found.clear ? found.id : undefined;
 * }
 * ```
 */
export function fasteningOf(message: Element): MessageFastening | undefined {
  if (message.attrs['type'] === 'error') return undefined;
  const found = onlyOne(message);
  const first = found?.payloads[0];
  if (found === undefined || first === undefined) return undefined;
  const name = first.getName();
  const xmlns = namespaceOf(first);
  return {
    id: found.id,
    clear: found.clear,
    name,
    xmlns,
    // §3.2: what is called otherwise is for later versions of the specification.
    payloads: found.payloads.filter((payload) => payload.getName() === name && namespaceOf(payload) === xmlns),
    externals: externalsOf(message, found),
  };
}

/** The one fastening that is no shell. */
function onlyOne(message: Element): Fastening | undefined {
  let found: Fastening | undefined;
  for (const child of childElements(message)) {
    if (!fastening.is(child)) continue;
    const decoded = fastening.safeDecode(child);
    if (!decoded.ok) return undefined;
    if (decoded.value.shell) continue;
    if (found !== undefined) return undefined;
    found = decoded.value;
  }
  return found;
}

function externalsOf(message: Element, { externals }: Fastening): Element[] {
  const own = namespaceOf(message);
  const wanted = new Set(externals.map(({ name, elementNamespace = own }) => `${name} ${elementNamespace}`));
  return [...childElements(message)].filter(
    (child) => !fastening.is(child) && wanted.has(`${child.getName()} ${namespaceOf(child)}`),
  );
}
