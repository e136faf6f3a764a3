import type { Element } from './element.ts';

/** RFC 6120 §4.8.2: the content namespace of a client's stream. */
export const NS_CLIENT = 'jabber:client';

/**
 * One name for the three content namespaces. A stanza means the same on a client, server or component stream
 * (RFC 6120 §4.8.3, XEP-0114 §3), so schemas know only `jabber:client`.
 */
export function contentNamespace(xmlns: string | undefined): string {
  return xmlns === undefined || xmlns === 'jabber:component:accept' || xmlns === 'jabber:server' ? NS_CLIENT : xmlns;
}

/** The namespace of an element; stanzas whose namespace was declared by their stream alone are `jabber:client`. */
export function namespaceOf(element: Element): string {
  // An element's own `xmlns` counts also when it is empty, which ltx's lookup passes over.
  const own: string | undefined = element.attrs['xmlns'];
  return contentNamespace(own === undefined || element.name.includes(':') ? element.getNS() : own);
}

/** The namespace of a child, given its parent's, without walking up the tree. */
export function childNamespace(child: Element, parentNs: string): string {
  const own: string | undefined = child.attrs['xmlns'];
  return own === undefined ? parentNs : contentNamespace(own);
}
