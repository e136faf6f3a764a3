import type { Jid } from '@xeps/core/jid';
import type { Host } from '../host/host.ts';

/** Bytes: of one file and of its name, of all files of an account, of all together, and what the smallest counts. */
export const uploadLimits = {
  file: 10 * 1024 * 1024,
  name: 255,
  account: 256 * 1024 * 1024,
  all: 512 * 1024 * 1024,
  least: 4096,
} as const;

/** Milliseconds for which a slot waits for its file (XEP-0363 §8). */
const slotLifetime = 300_000;

/** What a slot is for. */
export interface UploadSlotFor {
  /** The bare address that asked for it. */
  readonly account: string;
  /** The file's name, as it is. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The media type; undefined where the file is to bring its own. */
  readonly type: string | undefined;
  /** Milliseconds since 1970 from which the file is not to be had any more (§5.3). */
  readonly expires: number | undefined;
}

/** A slot, and later the file in it. */
export interface UploadFile extends UploadSlotFor {
  readonly data: Buffer | undefined;
}

/** What is kept of a file in the store. */
interface KeptFile extends UploadSlotFor {
  /** Base64. */
  readonly data: string;
}

/** Slots and files by their ids. */
export interface UploadFiles {
  /** The slot or file; undefined when there is none any more. */
  get(id: string): UploadFile | undefined;
  /** Whether an account may have so many bytes more. */
  hasRoom(account: Jid, size: number): boolean;
  /** Makes a slot. */
  reserve(id: string, slot: UploadSlotFor): void;
  /** Puts the file in its slot; false when the slot is gone, or has one. */
  fill(id: string, data: Buffer, type: string): boolean;
  /** Forgets what an account has. */
  removeOf(account: Jid): void;
}

/** The files of a server, from its store. */
/* @__NO_SIDE_EFFECTS__ */
export function createUploadFiles({ store, clock }: Host): UploadFiles {
  const table = store.table<KeptFile>('files');
  const files = new Map<string, UploadFile & { readonly until: number | undefined }>();
  for (const [id, { data, ...slot }] of table.entries())
    files.set(id, { ...slot, until: slot.expires, data: Buffer.from(data, 'base64') });

  function forget(id: string): void {
    files.delete(id);
    table.delete(id);
  }
  function get(id: string): UploadFile | undefined {
    const file = files.get(id);
    if (file?.until === undefined || clock.now() < file.until) return file;
    forget(id);
    return undefined;
  }
  /** A small file takes room beside its bytes. */
  const room = (size: number): number => Math.max(size, uploadLimits.least);

  return {
    get,
    hasRoom(account, size) {
      let own = room(size);
      let all = own;
      for (const id of Array.from(files.keys())) {
        const file = get(id);
        if (file === undefined) continue;
        all += room(file.size);
        if (file.account === String(account)) own += room(file.size);
      }
      return own <= uploadLimits.account && all <= uploadLimits.all;
    },
    reserve(id, slot) {
      const until = clock.now() + slotLifetime;
      files.set(id, { ...slot, until: Math.min(until, slot.expires ?? until), data: undefined });
    },
    fill(id, data, type) {
      const slot = get(id);
      if (slot === undefined || slot.data !== undefined) return false;
      const { account, name, size, expires } = slot;
      const kept = { account, name, size, expires, type };
      files.set(id, { ...kept, until: expires, data });
      table.set(id, { ...kept, data: data.toString('base64') });
      return true;
    },
    removeOf(account) {
      for (const [id, file] of Array.from(files)) if (file.account === String(account)) forget(id);
    },
  };
}
