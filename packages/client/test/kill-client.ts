/**
 * A client to be killed: `node kill-client.ts '{"jid","password","service","ca","folder","to"}'`. It writes to a peer all
 * the time, and notes in `log`, a line each, before anything else happens:
 *
 *     sent N       send() has resolved for message N of this side
 *     got N        message N of the peer was delivered
 *     handled H    the journal says that H stanzas of the server's were handled, and so may the server be told
 *     begun|resumed
 */
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, fileStore } from '@xeps/client';
import type { ClientStore } from '@xeps/client';
import { numbered, record } from './chaos.ts';

const { jid, password, service, ca, folder, to } = JSON.parse(process.argv[2]!) as Record<string, string>;
const path = join(folder!, 'log');
// What was sent by an earlier process and not noted keeps its number: a hole is left.
const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
let next = Math.max(-1, ...[...before.matchAll(/^sent (\d+)$/gm)].map(([, number]) => Number(number))) + 1;
if (before !== '') next += 1_000;
const file = openSync(path, 'a', 0o600);
const note = (line: string): void => void writeSync(file, `${line}\n`);

const { credentials, streams }: ClientStore = fileStore(join(folder!, 'store'));
const client = createClient({
  jid: jid!,
  password: password!,
  service: service!,
  tls: { ca: ca! },
  allowInsecure: true,
  reconnect: { base: 10, max: 100 },
  store: {
    credentials,
    streams: {
      async open(account) {
        const journal = await streams.open(account);
        return {
          get state() {
            return journal.state;
          },
          save: (state) => journal.save(state),
          append(change) {
            journal.append(change);
            if (change.type === 'handled') note(`handled ${change.h}`);
          },
        };
      },
    },
  },
});
client.on('online', () => note('begun'));
client.on('resumed', ({ restored }) => note(restored ? 'restored' : 'resumed'));
const down = record(client, 'down');
client.on('message', () => {
  if (down.length > 0) note(`got ${down.splice(0).join(',')}`);
});
await client.start({ retry: true });

let ending = false;
process.stdin.on('data', () => (ending = true));
process.on('disconnect', () => process.exit(1));
while (!ending) {
  await client.send(numbered(to!, 'up', next));
  note(`sent ${next}`);
  next += 1;
  await new Promise((resolve) => setTimeout(resolve, 6));
}
const last = await client.send(numbered(to!, 'up', next));
note(`sent ${next}`);
await last.acked;
await client.stop();
closeSync(file);
process.exit(0);
