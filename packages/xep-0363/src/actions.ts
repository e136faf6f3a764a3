import type { Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { UploadError } from './errors.ts';
import { httpUpload } from './plugin.ts';
import type { UploadService } from './plugin.ts';
import { fetchPut, platformPut } from './put.ts';
import type { Put, UploadBody } from './put.ts';
import type { UploadPurpose } from './schema.ts';
import { requestSlot } from './slot.ts';

/** What to upload. */
export interface UploadFile {
  readonly body: UploadBody;
  /** How the file is called; the name of a `File` when left out. */
  readonly name?: string | undefined;
  /** Bytes; known of everything but streams, which need it. */
  readonly size?: number | undefined;
  /** The media type; that of a `Blob` when left out, else `application/octet-stream`. */
  readonly type?: string | undefined;
  /** What it is for (§5); `message` when left out. */
  readonly purpose?: UploadPurpose | undefined;
}

/** How to upload. */
export interface UploadOptions {
  /** Where; the service of the own server when left out. */
  readonly service?: UploadService | undefined;
  /** Told how many bytes of how many are on their way. */
  readonly onProgress?: ((sent: number, size: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each answer of the server; the upload itself takes as long as it takes. */
  readonly timeout?: number | undefined;
  /** Used in place of the platform's own. */
  readonly fetch?: typeof fetch | undefined;
  /** Makes the PUT request in place of the platform. */
  readonly put?: Put | undefined;
}

/** A file that is there to be fetched. */
export interface Upload {
  /** Where everybody who knows it gets the file (§4). */
  readonly url: string;
  readonly service: Jid;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

/**
 * Uploads a file: finds the service (§3), asks for a slot (§4) and puts the file there (§7). Whoever knows the address
 * that comes out can read the file (§9.3); encrypt what is not for everybody.
 *
 * Rejects with `UploadError`, with the signal's reason, and as `session.request` does.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { uploadFile } from '@xeps/xep-0363';
 *
 * export async function share(session: Session, picture: File): Promise<string> {
 *   const onProgress = (sent: number, size: number) => console.log(`${Math.round((100 * sent) / size)} %`);
 *   const { url } = await uploadFile(session, { body: picture }, { onProgress });
 *   return url;
 * }
 * ```
 */
export async function uploadFile(session: Session, file: UploadFile, options: UploadOptions = {}): Promise<Upload> {
  const { body, purpose } = file;
  const { signal, timeout, onProgress } = options;
  const size = sizeOf(file);
  const filename = file.name ?? (body as Partial<File>).name ?? 'file';
  const type = file.type ?? ((body instanceof Blob && body.type) || 'application/octet-stream');

  const { jid: service, maxFileSize } = options.service ?? (await session.use(httpUpload).service({ signal, timeout }));
  if (maxFileSize !== undefined && size > maxFileSize) {
    throw new UploadError('too-large', `“${filename}” has ${size} bytes, ${String(service)} takes ${maxFileSize}`, {
      max: maxFileSize,
    });
  }
  const slot = await requestSlot(
    session,
    service,
    { filename, size, contentType: type, ...(purpose && { purpose }) },
    { signal, timeout },
  );
  const put = options.put ?? (options.fetch ? fetchPut(options.fetch) : platformPut());
  const status = await put({
    url: slot.putUrl,
    headers: [...slot.headers, ['Content-Type', type]],
    body,
    size,
    signal,
    onProgress: onProgress && ((sent) => onProgress(sent, size)),
  });
  // §7: 201 says that it can be fetched; other services answer with one of its kin.
  if (status < 200 || status > 299)
    throw new UploadError('http', `${new URL(slot.putUrl).host} refused “${filename}” with HTTP status ${status}`, {
      status,
    });
  return { url: slot.getUrl, service, size, type };
}

function sizeOf({ body, size }: UploadFile): number {
  const known = body instanceof Blob ? body.size : body instanceof Uint8Array ? body.byteLength : undefined;
  if (known === undefined && size === undefined)
    throw new UploadError('size', 'a stream does not know its size; say how many bytes it has');
  if (known !== undefined && size !== undefined && known !== size)
    throw new UploadError('size', `the body has ${known} bytes, ${size} were announced`);
  return (known ?? size)!;
}
