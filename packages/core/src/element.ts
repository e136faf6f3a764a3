import LtxElement from 'ltx/src/Element.js';
import type { Element as ElementType } from 'ltx';

// The class alone, from its own module: the package's main entry also holds a parser that needs Node's EventEmitter.
/** An XML element as a tree: ltx's `Element`, as in xmpp.js. */
export const Element: typeof ElementType = LtxElement as unknown as typeof ElementType;
// Named here, so that the types of dependants name this package and not ltx, which is none of theirs.
export interface Element extends ElementType {}
/** What an element contains: other elements and text. */
export type Node = Element | string;

/** The elements inside an element, without the text between them. */
export function childElements(element: Element): Element[] {
  return element.children.filter((node) => typeof node === 'object');
}
