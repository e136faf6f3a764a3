import { childElements } from '@xeps/core';
import type { Element } from '@xeps/core';
import { messageBody, messageSubject, textFor } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { encryptionOf } from '@xeps/xep-0380';
import { spoilerHints } from '@xeps/xep-0382';
import { unstyled } from '@xeps/xep-0393';
import { stripFallback } from '@xeps/xep-0428';
import { safeFileName } from '@xeps/xep-0446';
import { downloadUrls, isInline, NS_SFS, sharedFiles } from '@xeps/xep-0447';
import type { FileSharing } from '@xeps/xep-0447';
import { NS_REPLY, reply } from '@xeps/xep-0461';
import { linkPreviews } from '@xeps/xep-0511';
import type { Attachment, Content, LinkInfo } from '../store/records.ts';

/** What a message says to people; `undefined` when it says nothing. */
export function readContent(stanza: Element): Content | undefined {
  const has = new Set<string>();
  for (const child of stanza.children) if (typeof child === 'object') has.add(child.name);
  const { text: body, lang } = has.has('body') ? bodyOf(stanza) : { text: undefined, lang: undefined };
  const encryption =
    has.has('encryption') || has.has('encrypted') || body?.startsWith('?OTR') ? encryptionOf(stanza) : undefined;
  const files = has.has('file-sharing') ? sharedFiles(stanza).flatMap(toAttachment) : [];
  const link = files.length === 0 && has.has('x') ? linkOf(stanza, body) : undefined;
  const attachments = link === undefined ? files : [link];
  if (body === undefined && attachments.length === 0 && encryption === undefined) return undefined;
  const subject = has.has('subject') ? messageSubject.safeFind(stanza) : undefined;
  const links = has.has('Description') || has.has('rdf:Description') ? linksOf(stanza) : [];
  const hints = has.has('spoiler') ? spoilerHints(stanza) : undefined;
  return {
    text: link !== undefined && body?.trim() === link.url ? '' : shownText(stanza, body ?? '', has, files.length > 0),
    ...(lang !== undefined && { lang }),
    ...(subject?.ok === true && subject.value.text !== '' && { subject: subject.value.text }),
    ...(hints !== undefined && { spoiler: textFor(hints) ?? '' }),
    ...(has.has('unstyled') && unstyled.safeFind(stanza)?.ok === true && { unstyled: true }),
    ...(attachments.length > 0 && { attachments }),
    ...(links.length > 0 && { links }),
    ...(encryption !== undefined && { encryption: encryption.name }),
  };
}

function bodyOf(stanza: Element): { readonly text: string | undefined; readonly lang: string | undefined } {
  const bodies = childElements(stanza).filter((child) => messageBody.is(child));
  const lang = stanza.attrs['xml:lang'] as string | undefined;
  if (bodies.length <= 1) {
    const found = bodies[0] && messageBody.safeDecode(bodies[0]);
    return found?.ok === true ? { text: found.value.text, lang: found.value.lang ?? lang } : { text: undefined, lang };
  }
  const texts = new Map<string, string>();
  for (const body of bodies) {
    const found = messageBody.safeDecode(body);
    if (found.ok && !texts.has(found.value.lang ?? '')) texts.set(found.value.lang ?? '', found.value.text);
  }
  return { text: textFor(texts, [], lang), lang };
}

/** The body without what is only there for clients that know less. */
function shownText(stanza: Element, body: string, has: ReadonlySet<string>, withFiles: boolean): string {
  if (!has.has('fallback')) return body;
  const understood: string[] = [];
  if (has.has('reply') && reply.safeFind(stanza)?.ok === true) understood.push(NS_REPLY);
  if (withFiles) understood.push(NS_SFS);
  return stripFallback(body, stanza, understood);
}

function toAttachment(share: FileSharing): Attachment[] {
  const [url] = downloadUrls(share);
  if (url === undefined) return [];
  const { name, mediaType, size, width, height, desc } = share.file;
  const description = desc === undefined ? undefined : textFor(desc);
  return [
    {
      url,
      ...(name !== undefined && { name: safeFileName(name) }),
      ...(mediaType !== undefined && { mediaType }),
      ...(size !== undefined && { size }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(description !== undefined && { description }),
      inline: isInline(share),
    },
  ];
}

/** An address that the message is about (XEP-0066 §3): those of the web alone. */
function linkOf(stanza: Element, body: string | undefined): Attachment | undefined {
  const found = oobData.safeFind(stanza);
  if (found?.ok !== true || !URL.canParse(found.value.url)) return undefined;
  const { protocol, pathname, username, password } = new URL(found.value.url);
  if ((protocol !== 'https:' && protocol !== 'http:') || username !== '' || password !== '') return undefined;
  const name = fileName(pathname);
  return {
    url: found.value.url,
    ...(name !== '' && { name: safeFileName(name) }),
    ...(found.value.desc !== undefined && { description: found.value.desc }),
    // How clients share a file (modernxmpp, "Communicating the URL"): the body is the address and nothing else.
    inline: body?.trim() === found.value.url,
  };
}

/** XEP-0511 §6: only what belongs to a link that stands in the text. */
function linksOf(stanza: Element): LinkInfo[] {
  return linkPreviews(stanza).map(({ link, host, title, description }) => ({
    url: link,
    host,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
  }));
}

function fileName(pathname: string): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
