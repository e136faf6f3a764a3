import { newId, StanzaError } from '@xeps/core';
import { createJid } from '@xeps/core/jid';
import { fileTooLarge, NS_UPLOAD, uploadRetry, uploadSlotQuery } from '@xeps/xep-0363';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createDiscoSet } from '../host/disco.ts';
import type { Host } from '../host/host.ts';
import { createIqTable } from '../host/iq-table.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { createService } from '../host/service.ts';
import { answerDisco } from './disco.ts';

/** Bytes of one file, of all files of an account, and of all together. */
const limits = { file: 10 * 1024 * 1024, account: 10 * 1024 * 1024 * 1024, all: 512 * 1024 * 1024 };
const path = '/upload/';
/** Types that browsers show without running anything in them. */
const inert = /^(?:image\/(?!svg)|audio\/|video\/|text\/plain(?:;|$))/;

/** A slot, and later the file in it. */
interface Slot {
  readonly account: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly data?: Buffer;
}

/** What is kept of a file in the store. */
interface KeptFile extends Omit<Slot, 'data'> {
  /** Base64. */
  readonly data: string;
}

/** HTTP File Upload (XEP-0363): a service, and where its files are. */
export const upload: ServerModule = serverModule({
  name: 'upload',
  setup(host) {
    const slots = new Map<string, Slot>();
    const table = host.store.table<KeptFile>('files');
    for (const [key, { data, ...slot }] of table.entries())
      slots.set(key, { ...slot, data: Buffer.from(data, 'base64') });

    const disco = createDiscoSet();
    disco.identity({ category: 'store', type: 'file', name: 'Uploads' });
    disco.feature(NS_UPLOAD);
    disco.form(() => ({
      type: 'result',
      fields: [
        { name: 'FORM_TYPE', type: 'hidden', values: [NS_UPLOAD] },
        { name: 'max-file-size', type: 'text-single', values: [String(limits.file)] },
      ],
    }));
    const requests = createIqTable();
    answerDisco(requests, disco);
    requests.handle(uploadSlotQuery, ({ filename, size, contentType }, { from }) => {
      if (host.account(from) === undefined)
        throw new StanzaError('forbidden', { text: 'uploads are for accounts of this server' });
      if (host.http.base === undefined)
        throw new StanzaError('service-unavailable', { text: 'nothing is served over HTTP here' });
      checkRequest(host, slots, String(from.bare()), filename, size);
      const key = `${newId()}/${encodeURIComponent(filename)}`;
      slots.set(key, {
        account: String(from.bare()),
        name: filename,
        size,
        type: contentType ?? 'application/octet-stream',
      });
      const url = host.http.url(path + key);
      return { put: { url, headers: [] }, get: { url } };
    });
    const address = createJid({ domain: `upload.${host.domain}` });
    host.addService(address, createService(host, address, requests));
    host.disco.server.item(() => ({ jid: address, name: 'Uploads' }));

    host.http.add(path, async (request, response, url) => {
      allowEveryPage(response);
      const key = url.pathname.slice(path.length);
      const slot = slots.get(key);
      if (request.method === 'OPTIONS') return void response.writeHead(200).end();
      if (slot === undefined) return void response.writeHead(404).end();
      if (request.method === 'PUT')
        return put(request, response, slot, (data) => {
          slots.set(key, { ...slot, data });
          table.set(key, { ...slot, data: data.toString('base64') });
        });
      if (request.method === 'GET' || request.method === 'HEAD') return give(request, response, slot);
      response.writeHead(405, { allow: 'GET, HEAD, PUT, OPTIONS' }).end();
    });
    host.hooks.on('removed', ({ account }) => {
      for (const [key, slot] of slots) {
        if (slot.account !== String(account)) continue;
        slots.delete(key);
        table.delete(key);
      }
    });
  },
});

/** §6: what is refused. */
function checkRequest(
  host: Host,
  slots: ReadonlyMap<string, Slot>,
  account: string,
  filename: string,
  size: number,
): void {
  if (size <= 0 || filename === '' || filename.length > 255)
    throw new StanzaError('bad-request', { text: 'a file has a name and a size' });
  if (size > limits.file) {
    const application = [fileTooLarge.encode({ maxFileSize: limits.file })];
    throw new StanzaError('not-acceptable', { text: `files may have ${limits.file} bytes`, application });
  }
  let own = size;
  let all = size;
  for (const slot of slots.values()) {
    all += slot.size;
    if (slot.account === account) own += slot.size;
  }
  if (own <= limits.account && all <= limits.all) return;
  const stamp = new Date(host.clock.now() + 86_400_000);
  throw new StanzaError('resource-constraint', {
    text: 'there is no room left',
    application: [uploadRetry.encode({ stamp })],
  });
}

/** §9.1: pages of any origin may come. */
function allowEveryPage(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, PUT, OPTIONS');
  response.setHeader('Access-Control-Allow-Headers', 'Authorization, Content-Type, Cookie');
  response.setHeader('Access-Control-Max-Age', '7200');
}

async function put(
  request: IncomingMessage,
  response: ServerResponse,
  slot: Slot,
  keep: (data: Buffer) => void,
): Promise<void> {
  // A slot is for one file, of the size that was said.
  if (slot.data !== undefined) return void response.writeHead(409).end();
  if (Number(request.headers['content-length']) !== slot.size)
    return void response.writeHead(413, { connection: 'close' }).end();
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > slot.size) return void response.writeHead(413, { connection: 'close' }).end();
    pieces.push(piece);
  }
  if (size !== slot.size) return void response.writeHead(400).end();
  keep(Buffer.concat(pieces));
  response.writeHead(201).end();
}

function give(request: IncomingMessage, response: ServerResponse, { data, type, name }: Slot): void {
  if (data === undefined) return void response.writeHead(404).end();
  const disposition = inert.test(type) ? 'inline' : 'attachment';
  response.writeHead(200, {
    'content-type': type,
    'content-length': data.length,
    // §11: what somebody uploaded runs nowhere.
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(name)}`,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : data);
}
