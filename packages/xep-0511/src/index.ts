/**
 * XEP-0511: Link Metadata. Says what is behind the links of a message, and which of it may be shown.
 *
 * @packageDocumentation
 */
export { linkPreviews, linksIn } from './preview.ts';
export type { LinkPreview } from './preview.ts';
export { linkDescription, NS_OG, NS_OG_IMAGE, NS_RDF } from './schema.ts';
export type { LinkDescription, LinkDescriptionInput } from './schema.ts';
