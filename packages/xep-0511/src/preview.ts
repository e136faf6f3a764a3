import type { Element } from '@xeps/core';
import { messageBody, textFor } from '@xeps/rfc-6121';
import { linkDescription } from './schema.ts';
import type { LinkDescription } from './schema.ts';

/** What one message may have of each: more is nothing that somebody wants to read. */
const MOST_LINKS = 100;
const MOST_DESCRIPTIONS = 100;
const MOST_PREVIEWS = 10;
const MOST_IMAGES = 10;
/** Characters of a text that are looked at for links. */
const MOST_TEXT = 100_000;
/** Marks behind a link that may or may not be part of it. */
const MOST_MARKS = 8;

/** What a message says is behind one of its links. Plain text without line breaks, and never to be taken for true (§6). */
export interface LinkPreview {
  /** The link, as it stands in the body: the only address that a preview may lead to. */
  readonly link: string;
  /** The host of the link, international names as `xn--…`: to be shown with the preview, as it is all that is known. */
  readonly host: string;
  /** At most 200 characters. */
  readonly title?: string;
  /** At most 500 characters. */
  readonly description?: string;
  /** At most 100 characters. */
  readonly siteName?: string;
  /** OpenGraph's type, such as `website`. */
  readonly type?: string;
  /**
   * Addresses of images, the first the best: `data:` can be shown at once, `cid:` (XEP-0231) and `ni:` come by way of XMPP or
   * are here already; to fetch `http:` and `https:` tells the server behind it who is reading (§7).
   */
  readonly images: readonly string[];
  /** What the image shows (§4), at most 500 characters. */
  readonly imageAlt?: string;
  /** The language of the texts, where it is known. */
  readonly lang?: string;
}

/**
 * What may be shown about the links of a message: descriptions of links that stand in its body (§3.1), in the first of
 * `languages` that there is (§5). A description of anything else is left out: its reader would take it for something that was
 * said, and it would lead elsewhere.
 *
 * It is what the sender says, or the sender's server (§6): show the `host` with it, the more so when the sender is
 * no contact. Where the description says the link really leads (`og:url`) is not given, for the same reason.
 */
export function linkPreviews(message: Element, languages: readonly string[] = []): LinkPreview[] {
  if (message.attrs['type'] === 'error') return [];
  const descriptions = message.children
    .filter((node): node is Element => typeof node === 'object' && linkDescription.is(node))
    .slice(0, MOST_DESCRIPTIONS)
    .flatMap((node) => {
      const decoded = linkDescription.safeDecode(node);
      return decoded.ok ? [decoded.value] : [];
    });
  if (descriptions.length === 0) return [];
  const links = new Set(messageBody.findAll(message).flatMap(({ text }) => [...linksIn(text)]));
  const byLink = new Map<string, Map<string, LinkDescription>>();
  for (const description of descriptions) {
    const link = normalized(description.about);
    if (link === undefined || !links.has(link)) continue;
    const ofLink = byLink.get(link) ?? new Map<string, LinkDescription>();
    const { lang = '' } = description;
    if (!ofLink.has(lang)) byLink.set(link, ofLink.set(lang, description));
  }
  return [...byLink]
    .flatMap(([link, ofLink]) => {
      const lang = textFor(new Map([...ofLink.keys()].map((name) => [name, name])), languages) ?? '';
      return preview(link, ofLink.get(lang) as LinkDescription) ?? [];
    })
    .slice(0, MOST_PREVIEWS);
}

/**
 * The http and https links that stand in a text, written in one way (as `URL` does). Where a mark behind a link may be part of
 * it, it is there with and without it. At most 100 are looked for.
 */
export function linksIn(text: string): ReadonlySet<string> {
  const links = new Set<string>();
  let count = 0;
  for (const [found] of text.slice(0, MOST_TEXT).matchAll(/(?<![\p{L}\p{N}])https?:\/\/[^\s<>"]+/giu)) {
    if (count++ === MOST_LINKS) break;
    let link = found;
    for (let marks = 0; marks <= MOST_MARKS; marks++) {
      const url = normalized(link);
      if (url !== undefined) links.add(url);
      if (!/[\p{P}\p{S}]$/u.test(link) || link.endsWith('/')) break;
      link = link.slice(0, link.codePointAt(link.length - 2)! > 0xff_ff ? -2 : -1);
    }
  }
  return links;
}

function normalized(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  // Credentials make one host look like another.
  const isLink = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isLink ? url.href : undefined;
}

function preview(link: string, said: LinkDescription): LinkPreview | undefined {
  const title = plain(said.title, 200);
  const description = plain(said.description, 500);
  const siteName = plain(said.siteName, 100);
  const type = plain(said.type, 50);
  const imageAlt = plain(said.imageAlt, 500);
  const images = said.images.map((image) => image.trim()).filter(isImageAddress);
  if (title === undefined && description === undefined && images.length === 0) return undefined;
  return {
    link,
    host: new URL(link).host,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(siteName !== undefined && { siteName }),
    ...(type !== undefined && { type }),
    images: images.slice(0, MOST_IMAGES),
    ...(imageAlt !== undefined && { imageAlt }),
    ...(said.lang !== undefined && said.lang !== '' && { lang: said.lang }),
  };
}

/** Pictures made of pixels, by address or as they are: others can hold programs. */
function isImageAddress(text: string): boolean {
  if (/^data:/i.test(text)) return /^data:image\/(?:avif|gif|jpeg|png|webp)[;,]/i.test(text);
  return /^(?:cid|ni):\S+$/i.test(text) || normalized(text) !== undefined;
}

// Controls, and what turns the text around it (UAX #9): it would also turn what the application writes.
const invisible = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu;

/** A text on one line, of at most so many characters. */
function plain(text: string | undefined, most: number): string | undefined {
  const line = (text ?? '')
    .slice(0, 4 * most)
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .trim();
  const characters = [...line];
  const short =
    characters.length <= most
      ? line
      : `${characters
          .slice(0, most - 1)
          .join('')
          .trimEnd()}…`;
  return short === '' ? undefined : short;
}
