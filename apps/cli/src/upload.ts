/** Files of this machine, and their way to the server (XEP-0363). */
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { basename, extname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DisconnectedError } from '@xeps/core';
import { fetchPut, UploadError, uploadFile } from '@xeps/xep-0363';
import type { Put } from '@xeps/xep-0363';
import { UsageError } from './failure.ts';
import type { Online } from './online.ts';
import type { Output } from './output.ts';

/** A file to upload. */
export interface LocalFile {
  readonly name: string;
  readonly type: string;
  readonly body: Blob;
}

/** Opens a file; it is read when it is sent. Rejects with `UsageError` when it can't be. */
export async function openFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError(`${path} can't be read: ${(error as Error).message}`);
  });
  if (!found.isFile()) throw new UsageError(`${path} is no file`);
  const name = basename(path);
  const type = mediaTypes[extname(name).slice(1).toLowerCase()] ?? 'application/octet-stream';
  return { name, type, body: await openAsBlob(path, { type }) };
}

/** Uploads a file with a progress bar; resolves with the address to get it from. */
export async function upload(
  output: Output,
  { client, signal, timeout, ca }: Online,
  { name, type, body }: LocalFile,
): Promise<string> {
  const progress = output.progress(`Uploading ${name}`, body.size);
  try {
    const { url } = await uploadFile(
      client,
      { name, type, body },
      {
        signal,
        timeout,
        onProgress: (sent, size) => progress.update(sent, size),
        // What is trusted for the server is trusted for its upload service; `fetch` can't be told.
        ...(ca !== undefined && { put: putTrusting(ca) }),
      },
    );
    return url;
  } catch (error) {
    // The way to the service, not its word.
    if (error instanceof UploadError && error.reason === 'network')
      throw new DisconnectedError(error.message, { cause: error });
    throw error;
  } finally {
    progress.end();
  }
}

/** Puts over https with authorities of one's own; http, which the slot has only on this machine, as usual. */
function putTrusting(ca: string): Put {
  return (request) => (request.url.startsWith('https:') ? putHttps(request, ca) : fetchPut(fetch)(request));
}

async function putHttps(
  { url, headers, body, size, signal, onProgress }: Parameters<Put>[0],
  ca: string,
): Promise<number> {
  const request = httpsRequest(url, { method: 'PUT', ca, ...(signal !== undefined && { signal }) });
  for (const [name, value] of headers) request.appendHeader(name, value);
  request.setHeader('Content-Length', size);
  const answered = new Promise<number>((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
  const source = body instanceof Uint8Array ? new Blob([body]).stream() : body instanceof Blob ? body.stream() : body;
  let sent = 0;
  async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      yield chunk;
      onProgress?.((sent += chunk.byteLength));
    }
  }
  try {
    // A server may answer, and refuse, before it has read everything.
    const written = pipeline(Readable.fromWeb(source as Parameters<typeof Readable.fromWeb>[0]), counted, request);
    written.catch(() => undefined);
    return await answered;
  } catch (error) {
    signal?.throwIfAborted();
    throw new UploadError('network', `the upload to ${new URL(url).host} broke off: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What people send; everything else is bytes. */
const mediaTypes: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  gif: 'image/gif',
  heic: 'image/heic',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  mkv: 'video/x-matroska',
  mov: 'video/quicktime',
  mp4: 'video/mp4',
  webm: 'video/webm',
  aac: 'audio/aac',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
  mp3: 'audio/mpeg',
  oga: 'audio/ogg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  wav: 'audio/wav',
  css: 'text/css',
  csv: 'text/csv',
  html: 'text/html',
  ics: 'text/calendar',
  md: 'text/markdown',
  txt: 'text/plain',
  vcf: 'text/vcard',
  gz: 'application/gzip',
  json: 'application/json',
  pdf: 'application/pdf',
  tar: 'application/x-tar',
  xml: 'application/xml',
  zip: 'application/zip',
};
