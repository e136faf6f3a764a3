import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import type { OutgoingMessage } from '@xeps/rfc-6121';
import { oobData } from '@xeps/xep-0066';
import { hint } from '@xeps/xep-0334';
import { fallback } from '@xeps/xep-0428';
import type { FileMetadataInput } from '@xeps/xep-0446';
import { attachTo, fileSharing, NS_SFS, sources } from './schema.ts';
import type { Disposition } from './schema.ts';

/** Where a file is, for the message that says so. */
export interface NewSources {
  /** Addresses, the best first; https, so that everybody fetches them (§6). */
  readonly urls?: readonly string[] | undefined;
  /** Sources of other kinds. */
  readonly others?: readonly Element[] | undefined;
}

/** A file to be shared (§3.1). Without sources they have to follow, with `sourcesMessage`. */
export interface OutgoingFile extends NewSources {
  readonly file: FileMetadataInput;
  /** The receiver decides when left out. */
  readonly disposition?: Disposition | undefined;
  /** Tells several files of a message apart; made up where there are several. */
  readonly id?: string | undefined;
}

/** The content of a message, to be sent with `sendMessage`. */
export type FileMessage = Required<Pick<OutgoingMessage, 'payloads'>> & { readonly body?: string };

/**
 * A message that shares one or more files (§3.1, §4.2), with a text of the sender's own if there is one (§4.1). Clients that
 * do not know this specification see the first address of each file, marked as a fallback (XEP-0428), and when there is but one
 * they take it for a file (XEP-0066). A message without any body asks to be stored (XEP-0334).
 *
 * Throws `CodecError` when the metadata does not fit or an address is none.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { sendMessage } from '@xeps/rfc-6121';
 * import { uploadFile } from '@xeps/xep-0363';
 * import { describeFile } from '@xeps/xep-0446';
 * import { fileMessage } from '@xeps/xep-0447';
 *
 * export async function sharePicture(session: Session, to: string, picture: File): Promise<void> {
 *   const [file, { url }] = await Promise.all([describeFile(picture), uploadFile(session, { body: picture })]);
 *   await sendMessage(session, { to, ...fileMessage({ file, urls: [url], disposition: 'inline' }) });
 * }
 * ```
 */
export function fileMessage(files: OutgoingFile | readonly OutgoingFile[], text = ''): FileMessage {
  const all = Array.isArray(files) ? (files as readonly OutgoingFile[]) : [files as OutgoingFile];
  const shares = all.map(({ file, id = all.length > 1 ? newId() : undefined, disposition, urls = [], others = [] }) =>
    fileSharing.encode({
      id,
      disposition,
      file,
      sources: urls.length + others.length === 0 ? undefined : { urls: urls.map((target) => ({ target })), others },
    }),
  );
  return compose(
    shares,
    all.flatMap(({ urls = [] }) => fallbackUrl(urls)),
    text,
  );
}

/**
 * A message that says where a file is that was shared in an earlier message of that id (§3.3). `id` is the file's, where it
 * has one. Only tell of a place of somebody else's file after the contents were checked against its hashes.
 *
 * Throws `CodecError` when an address is none.
 */
export function sourcesMessage(message: string, places: NewSources, id?: string): FileMessage {
  const { urls = [], others = [] } = places;
  return compose(
    [attachTo.encode({ id: message }), sources.encode({ id, urls: urls.map((target) => ({ target })), others })],
    fallbackUrl(urls),
    '',
  );
}

/** §3.1: what others can fetch as it stands: the first such address. */
function fallbackUrl(urls: readonly string[]): string[] {
  return urls.filter((url) => /^https?:/i.test(url)).slice(0, 1);
}

function compose(payloads: readonly Element[], urls: readonly string[], text: string): FileMessage {
  const legacy = urls.join('\n');
  if (legacy === '') {
    if (text !== '') return { body: text, payloads };
    return { payloads: [...payloads, hint.encode('store')] };
  }
  const body = text === '' ? legacy : `${text}\n${legacy}`;
  // XEP-0426: counted in code points. The line break goes with the address.
  const range = text === '' ? {} : { start: [...text].length, end: [...body].length };
  const [url] = urls;
  return {
    body,
    payloads: [
      ...payloads,
      fallback.encode({ for: NS_SFS, body: [range] }),
      ...(url !== undefined && urls.length === 1 ? [oobData.encode({ url })] : []),
    ],
  };
}
