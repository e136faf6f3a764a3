// A device that is to be killed: reads what to do from its arguments, and says on standard output what it has accepted.
import { createClient } from '@xeps/client';
import { presence } from '@xeps/rfc-6121';
import { sqliteStore } from '@xeps/store-sqlite';
import { createIm } from '@xeps/im';

const [jid = '', password = '', service = '', ca = '', file = '', peer = '', from = '', what = ''] =
  process.argv.slice(2);
const client = createClient({ jid, password, service, tls: { ca }, allowInsecure: true });
const store = await sqliteStore(file);
const im = createIm(client, { store, receipts: () => true, pageSize: 20, initialMessages: 20 });
client.use(presence).announce();
im.on('sync', ({ state, received }) => console.log(`sync ${state} ${received}`));
if (what === 'send') {
  // Before the connection, and through it.
  void (async () => {
    for (let number = Number(from); ; number++) {
      const { id } = await im.send(peer, `number ${number}`);
      console.log(`accepted ${number} ${id}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
}
await client.start();
console.log('online');
