import { namespaceOf } from '@xeps/core';
import type { Element } from '@xeps/core';
import { sanitize } from 'hast-util-sanitize';
import type { Schema } from 'hast-util-sanitize';
import { NS_XHTML } from './schema.ts';

/** A sanitised tree: a hast `Root`, which utilities of hast turn into HTML, a DOM, or elements of a framework. */
export type XhtmlTree = Extract<ReturnType<typeof sanitize>, { readonly type: 'root' }>;
type XhtmlContent = XhtmlTree['children'][number];
type ElementContent = Extract<XhtmlContent, { readonly type: 'element' }>['children'][number];

/** Elements inside of each other, and elements and texts altogether. A body that has more is not shown. */
const MOST_DEPTH = 50;
const MOST_NODES = 5000;

// Links: whole addresses of known schemes, without white space and control characters in them. The sanitiser's own list
// of schemes would let relative addresses through, which lead into the application.
const link = /^(?:https?:\/\/|mailto:|xmpp:)[^\s\p{Cc}]+$/iu;
const image = /^(?:https?:\/\/|cid:)[^\s\p{Cc}]+$/iu;
const pixels = /^\d{1,4}$/;
const mediaType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;

/** §7.8, without styles. Every key is given: the sanitiser's defaults are another profile. */
const profile: Schema = {
  tagNames: ['a', 'blockquote', 'br', 'cite', 'em', 'img', 'li', 'ol', 'p', 'span', 'strong', 'ul'],
  attributes: {
    a: [
      ['href', link],
      ['type', mediaType],
    ],
    img: ['alt', ['dataSrc', image], ['height', pixels], ['width', pixels]],
  },
  // §11.3: what is linked to neither learns where from, nor gets hold of the window.
  required: { a: { rel: ['noopener', 'noreferrer'] } },
  ancestors: { li: ['ol', 'ul'] },
  // §12.2: of an element that is not known the content is shown; of these two it is no text.
  strip: ['script', 'style'],
  protocols: {},
  clobber: [],
  clobberPrefix: '',
  allowComments: false,
  allowDoctypes: false,
};

/**
 * Makes a `<body/>` of XHTML fit to be rendered (§11.1): the elements and attributes of the recommended profile (§7.8) are
 * left, without `style`; of other elements the text (§12.2), of other namespaces nothing. Links have a whole address of
 * the scheme http, https, mailto or xmpp, or none.
 *
 * Images have no `src`, so that rendering them fetches nothing (§11.1, §11.3). Where theirs was of http, https, or the
 * `cid` of XEP-0231, it is in the property `dataSrc`; whether to load it is the user's to decide.
 *
 * `undefined` for what is no `<body/>` of XHTML, and for one of more than 5000 nodes or deeper than 50: the message's text
 * is there to be shown instead.
 */
export function sanitizeXhtml(body: Element): XhtmlTree | undefined {
  if (body.getName() !== 'body' || namespaceOf(body) !== NS_XHTML) return undefined;
  const children = toHast(body, 0, { left: MOST_NODES });
  if (children === undefined) return undefined;
  const tree = sanitize({ type: 'root', children }, profile);
  return tree.type === 'root' ? tree : undefined;
}

/** The contents of an element of XHTML in the sanitiser's form, everything in them; `undefined` when it is too much. */
function toHast(parent: Element, depth: number, nodes: { left: number }): XhtmlContent[] | undefined {
  if (depth > MOST_DEPTH) return undefined;
  const content: XhtmlContent[] = [];
  for (const node of parent.children) {
    if (nodes.left-- === 0) return undefined;
    if (typeof node !== 'object') {
      content.push({ type: 'text', value: String(node) });
      continue;
    }
    // An element of another namespace is none of XHTML, whatever its name, and neither is what is in it.
    if (namespaceOf(node) !== NS_XHTML) continue;
    const children = toHast(node, depth + 1, nodes);
    if (children === undefined) return undefined;
    const properties: Record<string, string> = {};
    for (const [name, value] of Object.entries(node.attrs as Readonly<Record<string, unknown>>))
      properties[name === 'src' ? 'dataSrc' : name] = String(value);
    const tagName = node.getName();
    // XML lets these have contents, HTML doesn't: they come behind.
    const isVoid = tagName === 'br' || tagName === 'img';
    content.push({ type: 'element', tagName, properties, children: isVoid ? [] : (children as ElementContent[]) });
    if (isVoid) content.push(...children);
  }
  return content;
}
