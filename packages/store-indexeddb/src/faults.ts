import { XmppError } from '@xeps/core';
import { StoreError } from '@xeps/im/store';

/**
 * What the errors of IndexedDB mean to a store. Errors of other origin, such as those of the work in a transaction, stay
 * what they are.
 */
export function toFault(error: unknown, name: string): unknown {
  if (!(error instanceof DOMException)) return error;
  const options = { cause: error };
  switch (error.name) {
    case 'QuotaExceededError':
      return new StoreError(
        'full',
        `the browser has no more room for the database ${name}: free some, or ask for persistent storage`,
        options,
      );
    case 'VersionError':
      return new StoreError(
        'version',
        `a newer program made the database ${name}: load the newest version of this page`,
        options,
      );
    case 'TransactionInactiveError':
    case 'InvalidStateError':
      return new XmppError(
        'ERR_XMPP_STORE_TRANSACTION',
        `a transaction of the database ${name} was over too early: await nothing but its own methods in it`,
        options,
      );
    // What the browser says when it can't read what it has written; a missing object store or index.
    case 'UnknownError':
    case 'NotFoundError':
    case 'NotReadableError':
      return new StoreError(
        'broken',
        `the browser can't read the database ${name}: delete the data of this site, they can be had again from the server`,
        options,
      );
    default:
      return error;
  }
}

/** No IndexedDB, as in old private windows, in frames of other sites, and outside of browsers. */
export function unavailable(name: string, cause?: unknown): XmppError {
  return new XmppError(
    'ERR_XMPP_STORE_UNAVAILABLE',
    `no IndexedDB for the database ${name} here: allow this site to store data, or use the store of @xeps/im/memory`,
    { cause },
  );
}
