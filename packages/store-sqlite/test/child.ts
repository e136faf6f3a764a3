// What the tests start as processes: child.ts PATH write|count|listen
import { sqliteStore } from '@xeps/store-sqlite';
import { writeSync } from 'node:fs';
import { step } from './history.ts';

const [path = '', mode] = process.argv.slice(2);
const store = await sqliteStore(path);

if (mode === 'write') {
  // Until it is killed. Each line is a transaction that this process takes for durable.
  for (;;) {
    const done = await store.write(async (tx) => {
      const n = (((await tx.getMeta('last')) as number | undefined) ?? 0) + 1;
      await step(tx, n);
      return n;
    });
    writeSync(1, `${done}\n`);
  }
} else if (mode === 'count') {
  for (let at = 0; at < 150; at++) {
    await store.write(async (tx) => {
      const n = (((await tx.getMeta('last')) as number | undefined) ?? 0) + 1;
      await step(tx, n);
    });
  }
  await store.close();
} else {
  store.onChange(() => undefined);
  writeSync(1, 'listening\n');
}
