import { namespaceOf } from '@xeps/core';
import type { Element } from '@xeps/core';
import { messageBody } from '@xeps/rfc-6121';
import { encryptionMark } from './schema.ts';

/** Characters of a name that somebody else gave: it is shown to the user. */
const LONGEST_NAME = 50;

/** §3.2: the namespace of Off-the-Record Messaging (XEP-0364), which has no elements but texts of its own. */
export const NS_OTR = 'urn:xmpp:otr:0';

/** §3.2: the encryptions that have a name, by namespace. */
export const encryptionNames: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  [NS_OTR, 'OTR'],
  ['jabber:x:encrypted', 'Legacy OpenPGP'],
  ['urn:xmpp:openpgp:0', 'OpenPGP for XMPP'],
  ['eu.siacs.conversations.axolotl', 'OMEMO'],
  ['urn:xmpp:omemo:1', 'OMEMO 1'],
  ['urn:xmpp:omemo:2', 'OMEMO 2'],
]);

/** How a message is encrypted, as far as can be told from outside. */
export interface MessageEncryption {
  readonly namespace: string;
  /** For the user: the name in the specification, or else the sender's, or else the namespace. */
  readonly name: string;
  /** Whether the message is marked (§3.1); if not, its contents show it. */
  readonly isMarked: boolean;
  /** Whether what that encryption makes is in the message; false too for those that are not listed here. */
  readonly isPresent: boolean;
}

/**
 * How a message says that it is encrypted: by its mark, or, without one, by what the listed encryptions put into a message.
 * `undefined` when it does neither, and for bounces.
 *
 * This is for telling the user that a message could not be decrypted (§4), in a way that no message can look like (§6).
 * Anybody can write a mark: only what was decrypted was encrypted.
 */
export function encryptionOf(message: Element): MessageEncryption | undefined {
  if (message.attrs['type'] === 'error') return undefined;
  const present = presentIn(message);
  const found = encryptionMark.safeFind(message);
  if (found?.ok !== true) {
    const [namespace] = present;
    if (namespace === undefined) return undefined;
    return { namespace, name: encryptionNames.get(namespace)!, isMarked: false, isPresent: true };
  }
  const { namespace, name } = found.value;
  return {
    namespace,
    // §4: no other name for what has one.
    name: encryptionNames.get(namespace) ?? shortened(name ?? namespace),
    isMarked: true,
    isPresent: present.has(namespace),
  };
}

/** The listed encryptions that a message has something of, in its order. */
function presentIn(message: Element): ReadonlySet<string> {
  const present = new Set<string>();
  for (const child of message.children) {
    if (typeof child !== 'object') continue;
    const namespace = namespaceOf(child);
    if (encryptionNames.has(namespace)) {
      // OMEMO 0.3 has other elements in its namespace, outside of messages.
      if (['encrypted', 'openpgp', 'x'].includes(child.getName())) present.add(namespace);
    } else if (messageBody.is(child) && isOtr(messageBody.decode(child).text)) present.add(NS_OTR);
  }
  return present;
}

/**
 * Whether a body is a message of the OTR protocol: a query, a part of a key exchange, an encrypted text, a fragment or an
 * error. None of them is for people to read.
 */
export function isOtr(body: string): boolean {
  return /^\?OTR(?:[?:,|v]| Error:)/.test(body);
}

/**
 * Marks a message as encrypted (§3.1), once; also when the contact is not known to go by it (§4). The `name` is for what
 * is not listed in `encryptionNames` and left out otherwise (§3.2). Returns the message.
 */
export function markEncrypted(message: Element, namespace: string, name?: string): Element {
  if (encryptionMark.safeFind(message) === undefined) message.cnode(newEncryptionMark(namespace, name));
  return message;
}

/** The mark by itself, as a payload for `sendMessage`; see {@link markEncrypted}. */
export function newEncryptionMark(namespace: string, name?: string): Element {
  return encryptionMark.encode({ namespace, ...(name !== undefined && !encryptionNames.has(namespace) && { name }) });
}

function shortened(name: string): string {
  const chars = Array.from(name);
  return chars.length > LONGEST_NAME ? `${chars.slice(0, LONGEST_NAME).join('')}…` : name;
}
