import { describeStore } from '@xeps/im/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { sqliteStore } from './store.ts';

describeStore(
  'sqliteStore',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'store-'));
    return {
      open: () => sqliteStore(join(folder, 'store.db')),
      remove: () => rmSync(folder, { recursive: true }),
    };
  },
  { describe, it },
);
