import type { Element } from '@xeps/core';
import { StanzaError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { delay } from '@xeps/xep-0203';
import { copyOf, fromText, toText } from '../host/copy.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import { isArchivable } from './archive/index.ts';
import { hint } from '@xeps/xep-0334';

/** Messages that wait for one account at most (XEP-0160 §3). */
const maxWaiting = 1000;

/** What others may ask of it. */
export interface OfflineApi {
  /** Keeps a message for the account's next device, unless it is of no use later; whether it is kept. */
  keep(account: Jid, stanza: Element): boolean;
  /** The session gets no messages that waited: it reads the archive (XEP-0386 §3.3). */
  skip(session: ClientSession): void;
}

/** Messages that wait for somebody to come (XEP-0160). */
export const offline: ServerModule<OfflineApi> = serverModule({
  name: 'offline',
  setup(host): OfflineApi {
    const table = host.store.table<readonly string[]>('offline');
    const skipping = new WeakSet<ClientSession>();

    const api: OfflineApi = {
      keep(account, stanza) {
        if (!isKept(stanza)) return false;
        const waiting = table.get(String(account)) ?? [];
        if (waiting.length >= maxWaiting)
          throw new StanzaError('service-unavailable', { text: 'too many messages wait already' });
        const copy = copyOf(stanza);
        // §3: when it came; a time that is there already says it better.
        if (delay.safeFind(copy)?.ok !== true)
          copy.cnode(delay.encode({ stamp: new Date(host.clock.now()), from: host.jid }));
        table.set(String(account), [...waiting, toText(copy)]);
        return true;
      },
      skip: (session) => void skipping.add(session),
    };

    host.hooks.on('undelivered', ({ account, stanza }) => api.keep(account, stanza));
    host.hooks.on('available', ({ session }) => {
      if (session.priority < 0) return;
      const account = String(session.jid.bare());
      const waiting = table.get(account);
      if (waiting === undefined) return;
      table.delete(account);
      if (!skipping.has(session)) for (const text of waiting) session.send(fromText(text));
    });
    host.hooks.on('removed', ({ account }) => table.delete(String(account)));
    host.disco.server.feature('msgoffline');
    return api;
  },
});

/** §3, XEP-0334 §4: what still means something later. */
function isKept(stanza: Element): boolean {
  return (
    isArchivable(stanza) ||
    (hint.findAll(stanza).includes('no-permanent-store') && stanza.getChild('body') !== undefined)
  );
}
