import { newId, StanzaError } from '@xeps/core';
import { createJid } from '@xeps/core/jid';
import { fileTooLarge, NS_UPLOAD, NS_UPLOAD_PURPOSE, uploadRetry, uploadSlotQuery } from '@xeps/xep-0363';
import type { UploadPurpose, UploadRequest } from '@xeps/xep-0363';
import { createDiscoSet } from '../host/disco.ts';
import { createIqTable } from '../host/iq-table.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { createService } from '../host/service.ts';
import { answerDisco } from './disco.ts';
import { createUploadFiles, uploadLimits } from './upload-files.ts';
import { isMediaType, serveUploads, uploadPath } from './upload-http.ts';

/** Nothing is ever thrown away to make room, so that all purposes are served alike (§5). */
const purposes: readonly UploadPurpose['type'][] = ['message', 'profile', 'ephemeral', 'permanent'];

/** HTTP File Upload (XEP-0363): a service, and where its files are. It is there when the server listens for HTTP. */
export const upload: ServerModule = serverModule({
  name: 'upload',
  setup(host) {
    const files = createUploadFiles(host);
    const address = createJid({ domain: `upload.${host.domain}` });

    const disco = createDiscoSet();
    disco.identity({ category: 'store', type: 'file', name: 'Uploads' });
    disco.feature(NS_UPLOAD, ...purposes.map((purpose) => `${NS_UPLOAD_PURPOSE}#${purpose}`));
    disco.form(() => ({
      type: 'result',
      fields: [
        { name: 'FORM_TYPE', type: 'hidden', values: [NS_UPLOAD] },
        { name: 'max-file-size', type: 'text-single', values: [String(uploadLimits.file)] },
      ],
    }));
    const requests = createIqTable();
    answerDisco(requests, disco);
    requests.handle(uploadSlotQuery, (request, { from }) => {
      const account = host.account(from);
      if (account === undefined)
        throw new StanzaError('forbidden', { text: 'uploads are for accounts of this server' });
      if (host.http.base === undefined)
        throw new StanzaError('service-unavailable', { text: 'nothing is served over HTTP here' });
      checkRequest(request);
      if (!files.hasRoom(account, request.size)) throw full(host.clock.now());
      const { filename, size, contentType, purpose } = request;
      const id = newId();
      files.reserve(id, {
        account: String(account),
        name: filename,
        size,
        type: contentType,
        expires: purpose?.type === 'ephemeral' ? purpose.value.expireBefore.getTime() : undefined,
      });
      const url = host.http.url(`${uploadPath}${id}/${encodeURIComponent(filename)}`);
      return { put: { url, headers: [] }, get: { url } };
    });
    host.addService(address, createService(host, address, requests));
    // §3: known to the server's users where there is something to know.
    host.disco.server.item(() => (host.http.base === undefined ? undefined : { jid: address, name: 'Uploads' }));

    host.http.add(uploadPath, serveUploads(files));
    host.hooks.on('removed', ({ account }) => files.removeOf(account));
  },
});

/** §6: what is refused whoever asks. */
function checkRequest({ filename, size, contentType }: UploadRequest): void {
  if (size <= 0) throw new StanzaError('bad-request', { text: 'a file has a size' });
  // As a part of a path, `.` and `..` would lead elsewhere.
  if (/^\.{0,2}$/.test(filename) || Buffer.byteLength(filename) > uploadLimits.name)
    throw new StanzaError('bad-request', { text: `a file has a name, of ${uploadLimits.name} bytes at most` });
  if (contentType !== undefined && !isMediaType(contentType))
    throw new StanzaError('bad-request', { text: 'the content type is no media type' });
  if (size <= uploadLimits.file) return;
  const application = [fileTooLarge.encode({ maxFileSize: uploadLimits.file })];
  throw new StanzaError('not-acceptable', { text: `files may have ${uploadLimits.file} bytes`, application });
}

/** §6: for today. */
function full(now: number): StanzaError {
  const application = [uploadRetry.encode({ stamp: new Date(now + 86_400_000) })];
  return new StanzaError('resource-constraint', { text: 'there is no room left', application });
}
