// A process that writes a journal until it is killed, and says after each change how many it has written.
import { applyChange } from '@xeps/xep-0198';
import { writeSync } from 'node:fs';
import { openFileJournal } from '../../src/store/file-journal.ts';
import { nextChange, seeded } from './random-changes.ts';

const [path = '', seed = '0'] = process.argv.slice(2);
const random = seeded(Number(seed));
const journal = openFileJournal(path, { compactAfter: 2_000 });
let state = { id: 'session', jid: 'juliet@example.org/x', inbound: 0, outbound: 0, unacked: [] } as Parameters<
  typeof applyChange
>[0];
journal.save(state);
for (let count = 1; ; count += 1) {
  const change = nextChange(random, state);
  journal.append(change);
  state = applyChange(state, change);
  writeSync(1, `${count}\n`);
}
