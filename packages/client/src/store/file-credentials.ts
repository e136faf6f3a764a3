import { closeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileName, readText, replaceFile, syncFolder } from './files.ts';
import { joinCredentials, splitCredentials } from './installation.ts';
import { parseJson, readCredentials } from './read.ts';
import type { CredentialStore } from './types.ts';

/** Credentials in two folders: the slot's own, and what all slots share. `writer` tells the slots apart. */
export function createFileCredentials(own: string, shared: string, writer: string): CredentialStore {
  /** What is known to be in the shared files. Who changes nothing of it must not undo what another has written. */
  const known = new Map<string, string>();
  const pathIn = (folder: string, account: string): string => join(folder, `${fileName(account)}.json`);

  const write = (path: string, text: string): void => closeSync(replaceFile(path, text, `${path}.${writer}`, true));

  return {
    load(account) {
      const mine = readCredentials(parseJson(readText(pathIn(own, account))));
      const text = readText(pathIn(shared, account));
      const found = joinCredentials(mine, text);
      if (found === undefined) return mine;
      known.set(account, text!);
      // Whoever reads it again must find the same.
      if (mine === undefined) write(pathIn(own, account), JSON.stringify(splitCredentials(found).mine));
      return found;
    },
    save(account, stored) {
      const { mine, shared: common } = splitCredentials(stored);
      write(pathIn(own, account), JSON.stringify(mine));
      if (common === (known.get(account) ?? '{}')) return;
      write(pathIn(shared, account), common);
      known.set(account, common);
    },
    delete(account) {
      known.delete(account);
      for (const folder of [own, shared]) {
        rmSync(pathIn(folder, account), { force: true });
        syncFolder(folder);
      }
    },
  };
}
