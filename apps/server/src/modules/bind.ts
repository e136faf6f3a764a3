import { NS_CLIENT, newId, StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { JidError } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { createElement, NS_BIND } from '@xeps/stream';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ServerStream } from '../stream/server-stream.ts';

/** Sessions that one account may have (RFC 6120 §7.6.2.1). */
const maxSessions = 100;

/** What binds addresses, for profiles that do it otherwise (XEP-0386). */
export interface BindApi {
  /**
   * Binds a resource of the account that has signed in; a random one without `resource`. A session that has it already
   * ends (§7.7.2.2: the newest wins, as it is what the person holds in the hand).
   *
   * @throws StanzaError
   */
  bind(stream: ServerStream, resource: string | undefined): Jid;
}

/** Resource binding (RFC 6120 §7). */
export const bind: ServerModule<BindApi> = serverModule({
  name: 'bind',
  setup(host): BindApi {
    const api: BindApi = { bind: (stream, resource) => bindResource(host, stream, resource) };
    host.streamParts.push({
      features: ({ account, session }) =>
        account !== undefined && session === undefined ? [createElement('bind', NS_BIND)] : [],
      element(stream, element) {
        if (!element.is('iq', NS_CLIENT) || stream.account === undefined || stream.session !== undefined) return false;
        const request = element.getChild('bind', NS_BIND);
        if (request === undefined || element.attrs['type'] !== 'set') return false;
        answer(stream, element, request, api);
        return true;
      },
    });
    return api;
  },
});

function answer(stream: ServerStream, iq: Element, request: Element, api: BindApi): void {
  const id = iq.attrs['id'] as string | undefined;
  try {
    const jid = api.bind(stream, request.getChildText('resource') ?? undefined);
    const bound = createElement('bind', NS_BIND, {}, [createElement('jid', undefined, {}, [String(jid)])]);
    stream.send(createElement('iq', NS_CLIENT, { type: 'result', id }, [bound]));
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
    stream.send(createElement('iq', NS_CLIENT, { type: 'error', id }, [error.element]));
  }
}

function bindResource(host: Host, stream: ServerStream, resource: string | undefined): Jid {
  const account = stream.account!;
  const jid = addressOf(account, resource);
  const taken = host.sessions.find(jid);
  if (taken !== undefined) {
    taken.stream?.fail('conflict', 'the same address was bound by another connection');
    host.end(taken);
  }
  if (host.sessions.of(account).length >= maxSessions) {
    throw new StanzaError('resource-constraint', { text: `${String(account)} has ${maxSessions} sessions already` });
  }
  stream.attach(host.bind(stream, jid));
  return jid;
}

function addressOf(account: Jid, resource: string | undefined): Jid {
  try {
    return account.withResource(resource === undefined || resource === '' ? newId() : resource);
  } catch (error) {
    if (error instanceof JidError) throw new StanzaError('bad-request', { text: 'this can be no resource' });
    throw error;
  }
}
