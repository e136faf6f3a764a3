import { createJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { fromBase64, saslprep, toBase64 } from '@xeps/stream';
import type { ScramHash } from '@xeps/stream';
import { makeScramSecret } from '../sasl/secrets.ts';
import type { ScramSecret } from '../sasl/types.ts';
import type { Store } from '../store/store.ts';

/** A user name and a password. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** A name is taken, or none that an address can have. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
}

/** Whom the server knows. */
export interface Accounts {
  has(user: string): boolean;
  /** All user names, in the order in which they were made. */
  names(): string[];
  /** Makes an account and gives its bare address. @throws AccountError, JidError, SaslError */
  create(account: Credentials): Jid;
  /** Another password for an account that there is. @throws AccountError, SaslError */
  setPassword(account: Credentials): Promise<void>;
  /** Removes an account; whether there was one. */
  remove(user: string): boolean;
  /** What signing in is checked against; undefined without such an account. */
  secret(user: string, hash: ScramHash): Promise<ScramSecret | undefined>;
}

/** What is kept of a password: for each hash function the SCRAM keys, never the password (RFC 5802 §3). */
interface Kept {
  readonly [key: string]: {
    readonly salt: string;
    readonly iterations: number;
    readonly stored: string;
    readonly server: string;
  };
}

const hashes: readonly ScramHash[] = ['SHA-1', 'SHA-256', 'SHA-512'];

/** Keeps accounts in `store`. */
/* @__NO_SIDE_EFFECTS__ */
export function createAccounts(store: Store, domain: string): Accounts {
  const table = store.table<Kept>('accounts');
  /** Keys that are being derived, which takes some milliseconds: who signs in meanwhile waits for them. */
  const deriving = new Map<string, Promise<void>>();

  const prepared = (user: string): string => createJid({ local: user, domain }).local!;

  function derive(user: string, password: string): Promise<void> {
    const work = Promise.all(hashes.map((hash) => makeScramSecret(hash, password))).then((secrets) => {
      if (deriving.get(user) !== work || !table.get(user)) return;
      table.set(user, Object.fromEntries(secrets.map((secret) => [secret.hash, keep(secret)])));
      deriving.delete(user);
    });
    deriving.set(user, work);
    return work;
  }

  return {
    has: (user) => table.get(user) !== undefined,
    names: () => Array.from(table.entries(), ([user]) => user),
    create({ user, password }) {
      const jid = createJid({ local: user, domain });
      const name = jid.local!;
      if (table.get(name) !== undefined) throw new AccountError(`${String(jid)} exists already`);
      // A password that can't be one is refused now; its keys are derived meanwhile, so that making accounts takes no time.
      saslprep(password, 'password');
      table.set(name, {});
      void derive(name, password);
      return jid;
    },
    async setPassword({ user, password }) {
      const name = prepared(user);
      if (table.get(name) === undefined) throw new AccountError(`${name}@${domain} does not exist`);
      saslprep(password, 'password');
      await derive(name, password);
    },
    remove(user) {
      const name = prepared(user);
      const known = table.get(name) !== undefined;
      deriving.delete(name);
      table.delete(name);
      return known;
    },
    async secret(user, hash) {
      await deriving.get(user);
      const kept = table.get(user)?.[hash];
      return kept === undefined ? undefined : read(hash, kept);
    },
  };
}

function keep({ salt, iterations, storedKey, serverKey }: ScramSecret): Kept[string] {
  return { salt: toBase64(salt), iterations, stored: toBase64(storedKey), server: toBase64(serverKey) };
}

function read(hash: ScramHash, { salt, iterations, stored, server }: Kept[string] & object): ScramSecret {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(fromBase64(text) ?? []);
  return { hash, salt: bytes(salt), iterations, storedKey: bytes(stored), serverKey: bytes(server) };
}
