import { newId } from '@xeps/core';
import { randomUUID } from 'node:crypto';
import { closeSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileName, readText, replaceFile, syncFolder } from './files.ts';
import { parseJson, readCredentials } from './read.ts';
import type { CredentialStore, StoredCredentials } from './types.ts';

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
      const found = parseJson(text);
      // A slot that nobody had is a new installation to the server.
      const identity = mine ?? { userAgentId: randomUUID(), resource: newId() };
      const common = typeof found === 'object' ? readCredentials({ ...found, ...identity }) : undefined;
      if (common === undefined) return mine;
      known.set(account, text!);
      // Whoever reads it again must find the same.
      if (mine === undefined) write(pathIn(own, account), JSON.stringify(identity));
      return common;
    },
    save(account, { scramKeys, mechanism, password, ...mine }: StoredCredentials) {
      write(pathIn(own, account), JSON.stringify(mine));
      const common = JSON.stringify({ scramKeys, mechanism, password });
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
