import type { Element } from '@xeps/core';
import { StanzaError } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Host, Service } from './host.ts';
import type { IqTable } from './iq-table.ts';

/** A service that answers requests to its own address, and gives all else to `other`; without it, nobody is there. */
export function createService(
  host: Host,
  address: Jid,
  table: IqTable,
  other?: (stanza: Element, from: Jid, to: Jid) => void,
): Service {
  return {
    receive(stanza) {
      const from = tryParseJid(String(stanza.attrs['from']), { lenient: true });
      const to = tryParseJid(String(stanza.attrs['to']), { lenient: true });
      if (from === undefined || to === undefined) return;
      const { type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
      const request = stanza.name === 'iq' && (type === 'get' || type === 'set');
      if (request && to.equals(address))
        return host.answer(table, { from, to, session: host.sessions.find(from), stanza });
      if (other !== undefined) return other(stanza, from, to);
      if (stanza.name !== 'presence') host.refuse(stanza, new StanzaError('service-unavailable'));
    },
  };
}
