import { UploadError } from './errors.ts';

/** What is sent. */
export type UploadBody = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

/** A PUT request. */
export interface PutRequest {
  readonly url: string;
  /** Several may have one name: their order stays. `Content-Type` is among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: UploadBody;
  /** Bytes of the body. */
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((sent: number) => void) | undefined;
}

/** Makes a PUT request and resolves with the HTTP status; rejects with `UploadError` (`network`, `size`) or the signal's reason. */
export type Put = (request: PutRequest) => Promise<number>;

/** Puts with what the platform has: XMLHttpRequest in browsers, whose fetch does not tell how far it is, else fetch. */
/* @__NO_SIDE_EFFECTS__ */
export function platformPut(): Put {
  return typeof XMLHttpRequest === 'undefined' ? fetchPut(fetch) : xhrPut;
}

/**
 * Puts by `fetch`. Progress and streams need one that sends a stream of known length, as Node's does. Progress then is
 * what was handed to the connection.
 */
/* @__NO_SIDE_EFFECTS__ */
export function fetchPut(fetchFunction: typeof fetch): Put {
  return async ({ url, headers: list, body, size, signal, onProgress }) => {
    const headers = new Headers();
    for (const [name, value] of list) headers.append(name, value);
    const streamed = body instanceof ReadableStream || onProgress !== undefined;
    let fault: unknown;
    const sent = streamed ? counted(toStream(body), size, onProgress, (error) => (fault = error)) : body;
    if (streamed) headers.set('content-length', String(size));
    try {
      const response = await fetchFunction(url, {
        method: 'PUT',
        headers,
        body: sent,
        // Nothing of this user but what the slot says; not to another host; nothing kept.
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        ...(streamed && { duplex: 'half' }),
        ...(signal && { signal }),
      } as RequestInit);
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      signal?.throwIfAborted();
      if (fault instanceof UploadError) throw fault;
      throw broken(url, fault ?? error);
    }
  };
}

/** Puts by XMLHttpRequest. A stream is read to its end first. */
const xhrPut: Put = async ({ url, headers, body, size, signal, onProgress }) => {
  const whole = body instanceof ReadableStream ? await new Response(counted(body, size)).blob() : body;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => {
      request.abort();
      reject(signal?.reason as Error);
    };
    request.open('PUT', url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    if (onProgress !== undefined) request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(broken(url, undefined));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort, { once: true });
    request.send(whole);
  });
};

function broken(url: string, cause: unknown): UploadError {
  return new UploadError('network', `the upload to ${new URL(url).host} broke off; try again`, { cause });
}

/** Bytes that are handed over at a time: progress is told as often. */
const PART = 65_536;

function toStream(body: UploadBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (body instanceof ReadableStream) return body;
  const blob = body instanceof Blob ? body : new Blob([body]);
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      const part = await blob.slice(at, at + PART).arrayBuffer();
      at += part.byteLength;
      if (part.byteLength === 0) controller.close();
      else controller.enqueue(new Uint8Array(part));
    },
  });
}

/** Counts what goes through, and ends with an error when it is more or less than was announced (§7). */
function counted(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  size: number,
  onProgress?: (sent: number) => void,
  onFault?: (error: unknown) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let sent = 0;
  const wrong = (): UploadError =>
    new UploadError(
      'size',
      `the body has ${sent < size ? 'only ' : 'more than '}${Math.min(sent, size)} bytes, ${size} were announced`,
    );
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) sent += value.byteLength;
        if (sent > size || (done && sent < size)) throw wrong();
        if (done) return controller.close();
        controller.enqueue(value);
        onProgress?.(sent);
      } catch (error) {
        onFault?.(error);
        controller.error(error);
        await reader.cancel(error).catch(() => undefined);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
