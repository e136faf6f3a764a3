import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpHandler } from '../net/http-routes.ts';
import type { UploadFile, UploadFiles } from './upload-files.ts';

/** Where slots are: `/upload/ID/NAME`. */
export const uploadPath = '/upload/';

/** Types that browsers show without running anything in them. */
const inert = /^(?:image\/(?!svg)|audio\/|video\/|text\/plain(?:;|$))/i;
const token = String.raw`[\w!#$&^.+-]{1,100}`;
const mediaType = new RegExp(String.raw`^${token}/${token}(?:\s?;\s?${token}=(?:${token}|"[ !#-[\]-~]{0,100}"))*$`);
const unknownType = 'application/octet-stream';

/** Whether a text is a media type with its parameters (RFC 9110 §8.3.1), and nothing that a header could not carry. */
export function isMediaType(text: string): boolean {
  return text.length <= 255 && mediaType.test(text);
}

/** Takes and gives files over HTTP (XEP-0363 §7). */
export function serveUploads(files: UploadFiles): HttpHandler {
  const arriving = new Set<string>();
  return async (request, response, { pathname }) => {
    allowEveryPage(response);
    if (request.method === 'OPTIONS') return answer(response, 200);
    const id = idOf(pathname, files);
    const file = id === undefined ? undefined : files.get(id);
    if (id === undefined || file === undefined) return answer(response, 404);
    if (request.method === 'GET' || request.method === 'HEAD') return give(request, response, file);
    if (request.method !== 'PUT') {
      response.setHeader('allow', 'GET, HEAD, PUT, OPTIONS');
      return answer(response, 405);
    }
    // A slot is for one file.
    if (file.data !== undefined || arriving.has(id)) return answer(response, 409);
    arriving.add(id);
    try {
      await take(request, response, file, (data, type) => files.fill(id, data, type));
    } finally {
      arriving.delete(id);
    }
  };
}

/** The slot of a path, however its name is percent-encoded. */
function idOf(pathname: string, files: UploadFiles): string | undefined {
  const [id = '', name = '', ...more] = pathname.slice(uploadPath.length).split('/');
  if (more.length > 0) return undefined;
  try {
    return files.get(id)?.name === decodeURIComponent(name) ? id : undefined;
  } catch {
    // Not percent-encoded as it should be.
    return undefined;
  }
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

/** §8: pages of any origin may come. */
function allowEveryPage(response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-methods', 'GET, HEAD, PUT, OPTIONS');
  response.setHeader('access-control-allow-headers', 'Authorization, Content-Type, Cookie');
  response.setHeader('access-control-max-age', '7200');
}

/** §7: the file has the size and the type that were said. */
async function take(
  request: IncomingMessage,
  response: ServerResponse,
  { size, type }: UploadFile,
  keep: (data: Buffer, type: string) => boolean,
): Promise<void> {
  const { 'content-length': length, 'content-type': given } = request.headers;
  if (length === undefined) return answer(response, 411);
  if (Number(length) !== size) return answer(response, 413);
  if (type !== undefined && given !== undefined && essence(given) !== essence(type)) return answer(response, 415);
  const pieces: Buffer[] = [];
  // HTTP itself sees to it that these are as many bytes as were said.
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const found = type ?? (given !== undefined && isMediaType(given) ? given : unknownType);
  answer(response, keep(Buffer.concat(pieces), found) ? 201 : 404);
}

/** A media type without parameters. */
function essence(type: string): string {
  return type.split(';', 1)[0]!.trim().toLowerCase();
}

function give(
  request: IncomingMessage,
  response: ServerResponse,
  { data, type = unknownType, name }: UploadFile,
): void {
  if (data === undefined) return answer(response, 404);
  const disposition = inert.test(type) ? 'inline' : 'attachment';
  response.writeHead(200, {
    'content-type': type,
    'content-length': data.length,
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeHeader(name)}`,
    // §9.1: what somebody uploaded runs nowhere.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : data);
}

/** RFC 8187 §3.2.1: fewer characters stand for themselves than in a URI. */
function encodeHeader(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
