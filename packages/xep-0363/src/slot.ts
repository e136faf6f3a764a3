import { isStanzaError } from '@xeps/core';
import type { RequestOptions, Session, StanzaError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { UploadError } from './errors.ts';
import { fileTooLarge, uploadRetry, uploadSlotQuery } from './schema.ts';
import type { UploadHeader, UploadRequestInput } from './schema.ts';

/** A slot that was checked: what may be put where (§4). */
export interface CheckedSlot {
  readonly putUrl: string;
  /** The headers that go with the PUT request, in the order of the service. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Where others get the file. */
  readonly getUrl: string;
}

/**
 * Asks a service for a slot (§4). Both addresses are https, or on this machine.
 * Rejects with `UploadError` (`too-large`, `quota`, `slot`, `insecure-url`), and as `session.request` does.
 */
export async function requestSlot(
  session: Session,
  service: Jid | string,
  request: UploadRequestInput,
  options: Pick<RequestOptions, 'signal' | 'timeout'> = {},
): Promise<CheckedSlot> {
  const slot = await session.request(uploadSlotQuery, request, { ...options, to: service }).catch((error: unknown) => {
    throw isStanzaError(error) ? refusal(error, service, request) : error;
  });
  return { putUrl: checkUrl(slot.put.url), headers: allowedHeaders(slot.put.headers), getUrl: checkUrl(slot.get.url) };
}

/** §6: what the service's error means. */
function refusal(error: StanzaError, service: Jid | string, { filename, size }: UploadRequestInput): UploadError {
  const { element } = error;
  const said = `${String(service)} gives no slot for “${filename}”${error.text === undefined ? '' : `: ${error.text}`}`;
  const tooLarge = fileTooLarge.safeFind(element);
  if (tooLarge !== undefined) {
    const max = tooLarge.ok ? tooLarge.value.maxFileSize : undefined;
    return new UploadError(
      'too-large',
      `${said}; it has ${size} bytes${max === undefined ? '' : `, ${max} are allowed`}`,
      { cause: error, max },
    );
  }
  const retry = uploadRetry.safeFind(element);
  if (retry !== undefined || (error.type === 'wait' && error.condition === 'resource-constraint')) {
    const retryAt = retry?.ok === true ? retry.value.stamp : undefined;
    return new UploadError(
      'quota',
      `${said}; ${retryAt === undefined ? 'try again later' : `try again at ${retryAt.toISOString()}`}`,
      { cause: error, retryAt },
    );
  }
  return new UploadError('slot', `${said} (${error.condition})`, { cause: error });
}

const allowed: readonly string[] = ['authorization', 'cookie', 'expires'];

/**
 * §4, §9.2: of the headers that a service asks for, those that may be sent, without newlines: a service must not be able
 * to write other headers or requests. The order of several values stays.
 */
export function allowedHeaders(headers: readonly UploadHeader[]): (readonly [name: string, value: string])[] {
  const out: (readonly [string, string])[] = [];
  for (const { name, value } of headers) {
    const cleanName = name.replace(/[\r\n]/g, '').trim();
    if (!allowed.includes(cleanName.toLowerCase())) continue;
    const cleanValue = value.replace(/[\r\n]/g, '').trim();
    // oxlint-disable-next-line no-control-regex -- HTTP carries Latin-1 without control characters (RFC 9110 §5.5)
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(cleanValue))
      throw new UploadError('slot', `the slot’s header ${cleanName} has characters that HTTP can’t carry`);
    out.push([cleanName, cleanValue]);
  }
  return out;
}

/**
 * §4: an address that a file may go to or come from: https, or http on this machine. Gives it with everything
 * percent-encoded that has to be.
 *
 * @throws UploadError when it is another one
 */
export function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new UploadError('slot', 'the slot has an address that is none');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new UploadError(
      'insecure-url',
      `the slot’s address is ${url.protocol}//${url.host}, which is not https; the file was not sent`,
    );
  }
  // Requests can't be made to such addresses, and in a link they make one host look like another.
  if (url.username !== '' || url.password !== '')
    throw new UploadError(
      'insecure-url',
      `the slot’s address at ${url.host} has credentials in it; the file was not sent`,
    );
  return url.href;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
