/** A folder that is built once: by one process at a time, and there whole or not at all. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock whose owner can't be told apart from a recycled process id is given up after this long (milliseconds). */
const STALE_AFTER = 15 * 60_000;

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes sure that `folder` exists, by calling `build` with an empty folder beside it that is then renamed. Another
 * process that builds the same folder is waited for; what an interrupted build left behind is removed.
 * @param log receives a line when it has to wait
 */
export async function buildOnce(
  folder: string,
  build: (unfinished: string) => Promise<void>,
  log: (line: string) => void,
): Promise<void> {
  if (await exists(folder)) return;
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, log);
  try {
    if (await exists(folder)) return;
    for (const name of await readdir(dirname(folder))) {
      const path = join(dirname(folder), name);
      if (path.startsWith(`${folder}.unfinished-`)) await rm(path, { recursive: true, force: true });
    }
    const unfinished = `${folder}.unfinished-${process.pid}`;
    await mkdir(unfinished);
    try {
      await build(unfinished);
      await rename(unfinished, folder);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await unlock();
  }
}

async function lock(path: string, log: (line: string) => void): Promise<() => Promise<void>> {
  for (let waited = false; ; waited = true) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) {
      // Renaming decides between two processes that both saw the stale lock: one of them gets it, the other fails.
      await rename(path, `${path}.${process.pid}`).then(
        () => rm(`${path}.${process.pid}`, { force: true }),
        () => {},
      );
      continue;
    }
    if (!waited) log(`another process is at work on ${path.slice(0, -'.lock'.length)}; waiting for it`);
    await sleep(250);
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > STALE_AFTER) return true;
    const owner = Number(await readFile(path, 'utf8'));
    // Empty for the moment between creating the file and writing to it.
    if (!(owner > 0)) return age > 5_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
