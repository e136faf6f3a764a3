import { fromBase64, toBase64 } from '@xeps/stream';
import type { ScramKeyCache } from '@xeps/stream';
import { newInstallation } from './store/installation.ts';
import type { CredentialStore, StoredCredentials } from './store/types.ts';

/** What is known of an account: read from its store once, and written back whenever it changes. */
export interface AccountMemory {
  /** What is known; to be read after `load`. */
  readonly known: StoredCredentials;
  /** Reads the store. To be called before anything else; does its work once. */
  load(): Promise<void>;
  /** Changes some of it; `undefined` removes. Resolves when it is stored. */
  update(change: { readonly [K in keyof StoredCredentials]?: StoredCredentials[K] | undefined }): Promise<void>;
  /** Nothing is known any more. */
  forget(): Promise<void>;
  /** The SCRAM keys among it. */
  readonly scramKeys: ScramKeyCache;
}

/** A server that changes the salt makes older keys useless, so the newest few are all that is worth keeping. */
const maxKeys = 8;

/** Makes the memory of the account with this bare address. */
export function createAccountMemory(store: CredentialStore, address: string): AccountMemory {
  let known: StoredCredentials = newInstallation();
  let loading: Promise<void> | undefined;

  const update: AccountMemory['update'] = async (change) => {
    const next = Object.entries({ ...known, ...change }).filter(([, value]) => value !== undefined);
    known = Object.fromEntries(next) as unknown as StoredCredentials;
    await store.save(address, known);
  };

  const keys = (): NonNullable<StoredCredentials['scramKeys']> => known.scramKeys ?? {};
  const scramKeys: ScramKeyCache = {
    get(id) {
      const found = keys()[id];
      const clientKey = found && fromBase64(found.clientKey);
      const serverKey = found && fromBase64(found.serverKey);
      return clientKey && serverKey && { clientKey, serverKey };
    },
    set(id, { clientKey, serverKey }) {
      const others = Object.entries(keys()).filter(([other]) => other !== id);
      const mine = { clientKey: toBase64(clientKey), serverKey: toBase64(serverKey) };
      return update({ scramKeys: Object.fromEntries([...others.slice(1 - maxKeys), [id, mine]]) });
    },
    delete: (id) => update({ scramKeys: Object.fromEntries(Object.entries(keys()).filter(([other]) => other !== id)) }),
  };

  async function load(): Promise<void> {
    const stored = await store.load(address);
    if (stored === undefined) await store.save(address, known);
    else known = stored;
  }

  return {
    get known() {
      return known;
    },
    load: () => (loading ??= load()),
    update,
    async forget() {
      known = newInstallation();
      await store.delete(address);
    },
    scramKeys,
  };
}
