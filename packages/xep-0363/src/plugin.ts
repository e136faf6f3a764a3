import { definePlugin } from '@xeps/core';
import type { Plugin, RequestOptions, Session } from '@xeps/core';
import { integer } from '@xeps/core/schema';
import { createJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { oneValue } from '@xeps/xep-0004';
import { getDiscoInfo, getDiscoItems, hasFeature } from '@xeps/xep-0030';
import type { DiscoInfo } from '@xeps/xep-0030';
import { findFormValues } from '@xeps/xep-0128';
import { UploadError } from './errors.ts';
import { NS_UPLOAD, NS_UPLOAD_PURPOSE } from './schema.ts';
import type { UploadPurpose } from './schema.ts';

/** Items of a server that are asked whether they take uploads. */
const MOST_ITEMS = 50;
const purposes = ['message', 'profile', 'ephemeral', 'permanent'] as const;

/** A service that takes files (§3). */
export interface UploadService {
  readonly jid: Jid;
  /** Bytes; undefined when the service does not say. */
  readonly maxFileSize?: number | undefined;
  /** The purposes that it knows (§5). */
  readonly purposes: readonly UploadPurpose['type'][];
}

/** How long to look for a service. */
export type FindOptions = Pick<RequestOptions, 'signal' | 'timeout'>;

/** Where files go. */
export interface HttpUploadApi {
  /**
   * The upload service of the own server (§3), found once a session. Rejects with `UploadError` (`no-service`), or with
   * why the server could not be asked.
   */
  service(options?: FindOptions): Promise<UploadService>;
}

/** Remembers the upload service of a session. */
export const httpUpload: Plugin<HttpUploadApi> = /* @__PURE__ */ definePlugin({
  name: 'http-upload',
  setup(session): HttpUploadApi {
    let known: UploadService | undefined;
    session.on('online', () => void (known = undefined));
    return {
      service: async (options) => (known ??= await findUploadService(session, options)),
    };
  },
});

/**
 * Looks for the upload service of the own server (§3): the server itself, or the first of its items that answers.
 * Rejects with `UploadError` (`no-service`), or with why the server could not be asked.
 */
export async function findUploadService(
  session: Session,
  { signal, timeout = 10_000 }: FindOptions = {},
): Promise<UploadService> {
  const domain = createJid({ domain: session.jid.domain });
  const options = { signal, timeout };
  const probe = async (to: Jid): Promise<UploadService> => {
    const service = readService(to, await getDiscoInfo(session, { ...options, to }));
    if (service === undefined) throw new UploadError('no-service', `${String(to)} takes no uploads`);
    return service;
  };
  const ofItems = async (): Promise<UploadService> => {
    const { items } = await getDiscoItems(session, { ...options, to: domain });
    return Promise.any(
      items
        .filter((item) => item.node === undefined)
        .slice(0, MOST_ITEMS)
        .map((item) => probe(item.jid)),
    );
  };
  try {
    return await Promise.any([probe(domain), ofItems()]);
  } catch (error) {
    signal?.throwIfAborted();
    const faults = flatten(error);
    // A server that could not be asked may well have a service; one item that is silent says nothing.
    if (faults[0] instanceof Error && !(faults[0] instanceof UploadError)) throw faults[0];
    throw new UploadError('no-service', `${String(domain)} has no upload service`, { cause: error });
  }
}

function flatten(error: unknown): unknown[] {
  return error instanceof AggregateError ? (error.errors as unknown[]).flatMap(flatten) : [error];
}

function readService(jid: Jid, info: DiscoInfo): UploadService | undefined {
  if (!hasFeature(info, NS_UPLOAD)) return undefined;
  const maxFileSize = readMaximum(info);
  return {
    jid,
    ...(maxFileSize !== undefined && { maxFileSize }),
    purposes: purposes.filter((purpose) => hasFeature(info, `${NS_UPLOAD_PURPOSE}#${purpose}`)),
  };
}

function readMaximum(info: DiscoInfo): number | undefined {
  try {
    return findFormValues(info, NS_UPLOAD, { max: oneValue(integer(), 'max-file-size') })?.max;
  } catch {
    // A number that can't be read is no limit that could be kept; the service has the last word.
    return undefined;
  }
}
