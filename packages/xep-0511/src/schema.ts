import { Element } from '@xeps/core';
import {
  attr,
  children,
  childText,
  element,
  mapped,
  oneOf,
  optional,
  rest,
  string,
  text,
  uri,
} from '@xeps/core/schema';
import type { Infer, InferInput, Schema } from '@xeps/core/schema';

/** §3.1: the namespace of descriptions, RDF's. */
export const NS_RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
/** §3.1: the namespace of OpenGraph, the vocabulary of descriptions. */
export const NS_OG = 'https://ogp.me/ns#';
/** §3.1: the namespace of what OpenGraph says about an image. */
export const NS_OG_IMAGE = 'https://ogp.me/ns#image:';

/** An element that is nothing but its text, and may be there several times. */
const texts = (name: string): Schema<string> =>
  mapped(
    element(NS_OG, name, { value: text() }),
    ({ value }) => value,
    (value: string) => ({ value }),
  );

const $description = /* @__PURE__ */ element(NS_RDF, 'Description', {
  rdf: attr(oneOf(NS_RDF), 'xmlns:rdf'),
  about: attr(uri, 'rdf:about'),
  lang: optional(attr(string, 'xml:lang')),
  title: optional(childText(string, 'title', NS_OG)),
  description: optional(childText(string, 'description', NS_OG)),
  url: optional(childText(string, 'url', NS_OG)),
  images: children(texts('image')),
  imageAlt: optional(childText(string, 'alt', NS_OG_IMAGE)),
  videos: children(texts('video')),
  type: optional(childText(string, 'type', NS_OG)),
  siteName: optional(childText(string, 'site_name', NS_OG)),
  others: rest(),
});
/**
 * §3.1: what somebody says about the IRI `about`: in OpenGraph's words a title, a description, the canonical address, images,
 * the text for those who don't see them, videos, what it is, and the name of the site. `others` are of other vocabularies.
 * None of it needs to be true (§6), and no address in it may be fetched unasked (§7).
 */
export interface LinkDescription extends Omit<Infer<typeof $description>, 'rdf'> {}
/** What encodes to a `<Description/>`. */
export interface LinkDescriptionInput extends Omit<InferInput<typeof $description>, 'rdf'> {}
/** §3.1: `<rdf:Description/>`. `linkPreviews` gives those of a message that may be shown. */
export const linkDescription: Schema<LinkDescription, LinkDescriptionInput> = /* @__PURE__ */ mapped(
  {
    ...$description,
    '~decode': (node: Element, xmlns: string) => $description['~decode'](withRdfPrefix(node), xmlns),
  },
  ({ rdf: _rdf, ...description }): LinkDescription => description,
  (description: LinkDescriptionInput): InferInput<typeof $description> => ({ rdf: NS_RDF, ...description }),
);

/** The same element with `rdf` for the prefix of `about`: servers choose another one (Prosody 13 writes `ns1:about`). */
function withRdfPrefix(node: Element): Element {
  const attrs = node.attrs as Readonly<Record<string, string | undefined>>;
  if (attrs['xmlns:rdf'] === NS_RDF) return node;
  const key = Object.keys(attrs).find((name) => {
    const [prefix, local] = name.split(':');
    return local === 'about' && attrs[`xmlns:${prefix}`] === NS_RDF;
  });
  if (key === undefined) return node;
  const copy = new Element(node.name, { ...attrs, 'xmlns:rdf': NS_RDF, 'rdf:about': attrs[key] });
  copy.children = node.children;
  copy.parent = node.parent;
  return copy;
}
