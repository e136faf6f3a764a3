import { createHmac } from 'node:crypto';
import { iqQuery, StanzaError } from '@xeps/core';
import { attr, boolean, children, dateTime, element, integer, optional } from '@xeps/core/schema';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** XEP-0215 §9. */
const NS_EXTDISCO = 'urn:xmpp:extdisco:2';
/** Seconds for which credentials are good. */
const lifetime = 86_400;

/** Something outside of XMPP that clients may use, such as a STUN or TURN server. */
export interface ExternalService {
  readonly type: string;
  readonly host: string;
  readonly port?: number | undefined;
  readonly transport?: string | undefined;
  /** Shared with a TURN server, which then takes the credentials that are made here (draft-uberti-behave-turn-rest). */
  readonly secret?: string | undefined;
}

const service = element(NS_EXTDISCO, 'service', {
  type: optional(attr()),
  host: optional(attr()),
  port: optional(attr(integer())),
  transport: optional(attr()),
  restricted: optional(attr(boolean)),
  username: optional(attr()),
  password: optional(attr()),
  expires: optional(attr(dateTime)),
});
const services = element(NS_EXTDISCO, 'services', { type: optional(attr()), services: children(service) });
const credentials = element(NS_EXTDISCO, 'credentials', { services: children(service) });

/** Where calls find a way through (XEP-0215), with credentials for a day. */
export const externalServices: ServerModule = serverModule({
  name: 'external-services',
  setup(host) {
    const describe = (found: ExternalService, user: string) => ({
      type: found.type,
      host: found.host,
      port: found.port,
      transport: found.transport,
      ...(found.secret !== undefined && { restricted: true, ...credentialsFor(host, user, found.secret) }),
    });
    const known = (): readonly ExternalService[] => host.options.externalServices;
    host.serverIq.handle(iqQuery('get', services, services), ({ type }, { from, session }) => {
      if (session === undefined) throw new StanzaError('forbidden');
      const found = known().filter((one) => type === undefined || one.type === type);
      return { type, services: found.map((one) => describe(one, String(from.bare()))) };
    });
    // §3.3
    host.serverIq.handle(iqQuery('get', credentials, credentials), ({ services: asked }, { from, session }) => {
      if (session === undefined) throw new StanzaError('forbidden');
      const [{ type, host: name, port } = {}, ...more] = asked;
      if (type === undefined || name === undefined || more.length > 0)
        throw new StanzaError('bad-request', { text: 'one service, with its type and host' });
      const found = known().filter(
        (one) =>
          one.secret !== undefined &&
          one.type === type &&
          one.host === name &&
          (port === undefined || one.port === port),
      );
      if (found.length === 0) throw new StanzaError('item-not-found', { text: `${name} has no credentials from here` });
      return { services: found.map((one) => describe(one, String(from.bare()))) };
    });
    host.disco.server.feature(NS_EXTDISCO);
  },
});

/** Time and user signed with the secret: a TURN server needs no more to check it. */
function credentialsFor(
  host: Host,
  user: string,
  secret: string,
): { username: string; password: string; expires: Date } {
  const expires = Math.floor(host.clock.now() / 1000) + lifetime;
  const username = `${expires}:${user}`;
  const password = createHmac('sha1', secret).update(username).digest('base64');
  return { username, password, expires: new Date(expires * 1000) };
}
