import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { hashUse } from '@xeps/xep-0300';
import { attachTo, fileSharing, sources } from './schema.ts';
import type { FileSharing, Sources } from './schema.ts';

/** Files of one message, and addresses of one file, that are looked at: more are nothing that a client writes. */
const MOST_FILES = 100;
const MOST_URLS = 20;

/**
 * The files that a message shares (§3.1, §4.2). Broken ones are left out, and so are all of a bounce. The text without the
 * addresses for other clients is what `stripFallback` (XEP-0428) gives for `NS_SFS`.
 */
export function sharedFiles(message: Element): FileSharing[] {
  if (message.attrs['type'] === 'error') return [];
  const files: FileSharing[] = [];
  for (const child of message.children) {
    if (typeof child !== 'object' || !fileSharing.is(child)) continue;
    const decoded = fileSharing.safeDecode(child);
    if (decoded.ok && files.push(decoded.value) === MOST_FILES) break;
  }
  return files;
}

/** Sources of a file that came in a later message. */
export interface AttachedSources {
  readonly sources: Sources;
  /** Whether it was the one who shared the file that told of them. */
  readonly bySender: boolean;
}

/** What else is known of a message with sources. */
export interface AttachedSourcesOptions {
  /** In a room: whether both messages are of one occupant, as XEP-0421 tells. A nickname proves nothing. */
  readonly sameOccupant?: boolean | undefined;
}

/**
 * The sources that `later` adds to the files of `original` (§3.3): `undefined` when it adds none, adds them to another message,
 * or is not of the same conversation. Everybody in a conversation may add some: `downloadUrls` decides which count.
 */
export function attachedSources(
  original: Element,
  later: Element,
  { sameOccupant = false }: AttachedSourcesOptions = {},
): AttachedSources | undefined {
  const to = attachTo.safeFind(later);
  const added = sources.safeFind(later);
  const id = original.attrs['id'] as string | undefined;
  if (to?.ok !== true || added?.ok !== true || id === undefined || to.value.id !== id) return undefined;
  const inRoom = original.attrs['type'] === 'groupchat';
  if (later.attrs['type'] === 'error' || (later.attrs['type'] === 'groupchat') !== inRoom) return undefined;
  const [sharer, receiver, adder] = [original.attrs['from'], original.attrs['to'], later.attrs['from']].map((address) =>
    tryParseJid(String(address ?? ''))?.bare(),
  );
  if (sharer === undefined || adder === undefined) return undefined;
  const bySender = adder.equals(sharer);
  if (inRoom) return bySender ? { sources: added.value, bySender: sameOccupant } : undefined;
  return bySender || adder.equals(receiver ?? sharer) ? { sources: added.value, bySender } : undefined;
}

/**
 * The addresses that a file may be fetched from, the best first: https, and http where a hash will tell whether the file was
 * changed on its way; others are not fetched with what a browser has. Where no hash can tell, sources that others added count
 * for nothing (§6). SHA-1 is no such hash (XEP-0414 §5).
 *
 * Fetching tells the server behind the address who is interested: ask first, unless it is one that is trusted (§6). Then check
 * what came with `verifyHashes` (XEP-0300), before it is shown.
 */
export function downloadUrls(share: FileSharing, attached: readonly AttachedSources[] = []): string[] {
  const canVerify = share.file.hashes.some(({ algo }) => hashUse(algo) === 'good');
  const added = attached
    .filter((one) => one.sources.id === share.id && (one.bySender || canVerify))
    .flatMap((one) => one.sources.urls);
  const schemes = canVerify ? ['https:', 'http:'] : ['https:'];
  const urls = new Set<string>();
  const all = [...(share.sources?.urls ?? []), ...added]
    .slice(0, 10 * MOST_URLS)
    .flatMap(({ target }) => parsed(target));
  for (const scheme of schemes) for (const url of all) if (url.protocol === scheme) urls.add(url.href);
  return [...urls].slice(0, MOST_URLS);
}

function parsed(text: string): URL[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  // In an address that is shown, credentials make one host look like another; and fetch refuses them.
  return url.username === '' && url.password === '' ? [url] : [];
}

/**
 * Whether a file is to be shown with the message (§3.2); otherwise it is offered for download, and not fetched before
 * somebody asks for it. People should be able to turn this off, and the moving of pictures (§5).
 */
export function isInline({ disposition, file: { mediaType = 'application/octet-stream' } }: FileSharing): boolean {
  const type = mediaType.trim().toLowerCase();
  if (disposition === 'attachment' || type === '' || type.startsWith('application/octet-stream')) return false;
  return disposition === 'inline' || /^(?:image|audio|video)\//.test(type);
}
