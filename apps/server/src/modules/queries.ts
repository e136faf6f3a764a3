import { pingQuery, NS_PING } from '@xeps/xep-0199';
import { NS_VERSION, versionQuery } from '@xeps/xep-0092';
import { NS_TIME, timeQuery } from '@xeps/xep-0202';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { version as ownVersion } from '../version.ts';

/** XEP-0199: the server and the own account answer. */
export const ping: ServerModule = serverModule({
  name: 'ping',
  setup({ serverIq, accountIq, disco }) {
    serverIq.handle(pingQuery, () => undefined);
    accountIq.handle(pingQuery, () => undefined);
    disco.server.feature(NS_PING);
    disco.account.feature(NS_PING);
  },
});

/** XEP-0092. */
export const version: ServerModule = serverModule({
  name: 'version',
  setup({ serverIq, disco }) {
    serverIq.handle(versionQuery, () => ({ name: 'xeps', version: ownVersion }));
    disco.server.feature(NS_VERSION);
  },
});

/** XEP-0202: the server's time, by its clock. */
export const time: ServerModule = serverModule({
  name: 'time',
  setup({ serverIq, disco, clock }) {
    serverIq.handle(timeQuery, () => ({ utc: new Date(clock.now()), tzo: 0 }));
    disco.server.feature(NS_TIME);
  },
});
