import { Element, NS_CLIENT } from '@xeps/core';
import { parseElement, serialize } from '@xeps/core/xml';

/** A tree of its own with the same content. What goes to several receivers is copied for each who adds to it. */
export function copyOf(element: Element): Element {
  const copy = new Element(element.name, { ...element.attrs });
  for (const child of element.children) {
    if (typeof child === 'string') copy.t(child);
    else copy.cnode(copyOf(child));
  }
  return copy;
}

/** A stanza as text, for keeping. */
export function toText(stanza: Element): string {
  return serialize(stanza, { xmlns: NS_CLIENT });
}

/** Reads what `toText` has written. */
export function fromText(text: string): Element {
  return parseElement(text, { xmlns: NS_CLIENT });
}
