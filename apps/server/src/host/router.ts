/** Where a stanza goes: RFC 6120 §10 for what clients send, RFC 6121 §8 for what arrives at an account. */
import { childElements, Element, NS_CLIENT, StanzaError, XmppError } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { copyOf } from './copy.ts';
import type { Host } from './host.ts';
import type { IqContext } from './iq-table.ts';
import type { ClientSession } from './sessions.ts';

/** See the file's head. */
export interface Route {
  fromClient(session: ClientSession, stanza: Element): void;
  route(stanza: Element): void;
  refuse(stanza: Element, error: StanzaError): void;
}

/** Presence about subscriptions, RFC 6121 §3. */
const subscriptionTypes: ReadonlySet<string | undefined> = new Set([
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
]);
const presenceTypes: ReadonlySet<string | undefined> = new Set([
  ...subscriptionTypes,
  undefined,
  'unavailable',
  'probe',
  'error',
]);
const iqTypes: ReadonlySet<string | undefined> = new Set(['get', 'set', 'result', 'error']);

/** Whether a stanza is an answer, which is never answered in its turn. */
function isAnswer({ attrs, name }: Element): boolean {
  return attrs['type'] === 'error' || (name === 'iq' && attrs['type'] === 'result');
}

/** `answered`: an answer to what the server itself has asked. */
export function createRouter(host: Host, answered: (stanza: Element) => void): Route {
  function refuse(stanza: Element, error: StanzaError): void {
    if (isAnswer(stanza)) return;
    const { from, to, id } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    if (from === undefined) return;
    const attributes = {
      xmlns: NS_CLIENT,
      type: 'error',
      id,
      from: to ?? String(tryParseJid(from)?.bare() ?? host.domain),
      to: from,
    };
    const answer = new Element(stanza.name, attributes);
    // §8.3.1 permits the original content: senders find by it what was refused.
    if (stanza.name === 'message') for (const child of childElements(stanza)) answer.cnode(copyOf(child));
    answer.cnode(error.element);
    route(answer);
  }

  /** Runs a step; what it refuses is told to the sender. */
  function guarded(stanza: Element, step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof StanzaError)) host.report(error);
      refuse(stanza, error instanceof StanzaError ? error : new StanzaError('internal-server-error'));
    }
  }

  function fromClient(session: ClientSession, stanza: Element): void {
    const { to: text, from: claimed } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    // §8.1.2.1: the sender is whoever is signed in; who claims to be another is thrown out (§4.9.3.9).
    const sender = claimed === undefined ? undefined : tryParseJid(claimed);
    if (claimed !== undefined && sender?.equals(session.jid) !== true && sender?.equals(session.jid.bare()) !== true) {
      return session.stream?.fail('invalid-from', 'a stanza in the name of somebody else');
    }
    stanza.attrs['from'] = String(session.jid);
    guarded(stanza, () => {
      const to = text === undefined ? undefined : tryParseJid(text);
      if (text !== undefined && to === undefined) {
        // §8.3.3.8. The answer comes from the server, as nobody has the address that was asked for.
        stanza.attrs['to'] = undefined;
        throw new StanzaError('jid-malformed', { text: 'the addressee is no XMPP address' });
      }
      if (stanza.name === 'iq') return iqFromClient(session, stanza, to);
      if (stanza.name === 'presence') return presenceFromClient(session, stanza, to);
      // §10.3.1: a message without addressee is for the sender's own account.
      stanza.attrs['to'] ??= String(session.jid.bare());
      if (host.hooks.run('outgoing', { session, stanza, to: to ?? session.jid.bare() })) return;
      route(stanza);
    });
  }

  function iqFromClient(session: ClientSession, stanza: Element, to: Jid | undefined): void {
    const { type, id } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    // §8.2.3: an IQ has an id and one of four types.
    if (id === undefined || !iqTypes.has(type))
      throw new StanzaError('bad-request', { text: 'an IQ needs an id and a type' });
    if (!isAnswer(stanza) && childElements(stanza).length !== 1)
      throw new StanzaError('bad-request', { text: 'a request has exactly one child' });
    const own = session.jid.bare();
    // §10.3.3: what is asked of nobody is asked of the own account.
    if (to === undefined || (to.isBare && to.equals(own))) {
      if (isAnswer(stanza)) return answered(stanza);
      return answer(stanza, session, own);
    }
    if (host.hooks.run('outgoingOther', { session, stanza, to })) return;
    route(stanza);
  }

  function answer(stanza: Element, session: ClientSession | undefined, to: Jid): void {
    const from = tryParseJid(String(stanza.attrs['from']), { lenient: true });
    if (from === undefined) return;
    const context: IqContext = { from, to, session, stanza };
    host.answer(to.local === undefined ? host.serverIq : host.accountIq, context);
  }

  function presenceFromClient(session: ClientSession, stanza: Element, to: Jid | undefined): void {
    const type = stanza.attrs['type'] as string | undefined;
    if (!presenceTypes.has(type))
      throw new StanzaError('bad-request', { text: `there is no presence of type ${type}` });
    if (to === undefined) {
      if (type === undefined || type === 'unavailable') host.hooks.run('broadcast', { session, stanza });
      else if (type !== 'error')
        throw new StanzaError('bad-request', { text: `presence of type ${type} needs an addressee` });
      return;
    }
    if (subscriptionTypes.has(type)) return void host.hooks.run('subscription', { session, stanza, to });
    // RFC 6121 §4.3.1: probes are for servers.
    if (type === 'probe') throw new StanzaError('not-allowed', { text: 'only servers send probes' });
    if (host.hooks.run('outgoingOther', { session, stanza, to })) return;
    if (type !== 'error') host.hooks.run('directed', { session, stanza, to });
    route(stanza);
  }

  function route(stanza: Element): void {
    const to = tryParseJid(String(stanza.attrs['to']), { lenient: true });
    const from = tryParseJid(String(stanza.attrs['from']), { lenient: true });
    if (to === undefined || from === undefined) {
      return host.report(new XmppError('ERR_XMPP_ADDRESSING', `a <${stanza.name}/> without addresses can't be routed`));
    }
    guarded(stanza, () => {
      if (to.domain !== host.domain) {
        const service = host.service(to.domain);
        if (service === undefined)
          throw new StanzaError('remote-server-not-found', { text: `${to.domain} is not reachable from here` });
        return service.receive(stanza);
      }
      if (to.local === undefined) return toServer(stanza, from, to);
      toAccount(stanza, from, to);
    });
  }

  function toServer(stanza: Element, from: Jid, to: Jid): void {
    if (stanza.name === 'iq') return isAnswer(stanza) ? answered(stanza) : answer(stanza, host.sessions.find(from), to);
    if (stanza.name === 'message')
      throw new StanzaError('service-unavailable', { text: 'nobody reads messages to the server' });
  }

  function toAccount(stanza: Element, from: Jid, to: Jid): void {
    // Who is signed in without an account is there all the same.
    const account = host.account(to) ?? (host.sessions.of(to).length > 0 ? to.bare() : undefined);
    if (account === undefined) {
      // RFC 6121 §8.5.1: presence to nobody is passed over in silence.
      if (stanza.name === 'presence') return;
      throw new StanzaError('service-unavailable');
    }
    if (host.hooks.run('arriving', { account, stanza, from, to })) return;
    const session = to.isBare ? undefined : host.sessions.find(to);
    if (stanza.name === 'iq') {
      if (session !== undefined) return session.send(stanza);
      // §8.5.3.2.3: nobody is there; what is asked of the bare address the server answers (§8.5.2.1.3).
      if (isAnswer(stanza)) return to.isBare ? answered(stanza) : undefined;
      if (!to.isBare) throw new StanzaError('service-unavailable');
      return answer(stanza, host.sessions.find(from), to);
    }
    if (stanza.name === 'presence') {
      if (to.isBare) return void host.hooks.run('presence', { account, stanza, from });
      return session?.send(stanza);
    }
    messageToAccount(stanza, from, to, account, session);
  }

  function messageToAccount(
    stanza: Element,
    from: Jid,
    to: Jid,
    account: Jid,
    session: ClientSession | undefined,
  ): void {
    const type = stanza.attrs['type'] as string | undefined;
    host.hooks.run('incoming', { account, stanza, from, to });
    const receivers = receiversOf(account, to, session, type);
    for (const receiver of receivers) receiver.send(receivers.length > 1 ? copyOf(stanza) : stanza);
    const kept = receivers.length === 0 && host.hooks.run('undelivered', { account, stanza, from });
    if (receivers.length === 0 && !kept) {
      // §8.5.2.2.1, §8.5.3.2.1: what may be lost is dropped, for the rest its sender is told.
      if (type === 'headline' || type === 'error') return;
      throw new StanzaError(type === 'groupchat' && !to.isBare ? 'recipient-unavailable' : 'service-unavailable');
    }
    host.hooks.run('delivered', { account, stanza, sessions: receivers, to });
  }

  /** RFC 6121 §8.5.2.1.1, §8.5.3: who gets a message. */
  function receiversOf(
    account: Jid,
    to: Jid,
    session: ClientSession | undefined,
    type: string | undefined,
  ): readonly ClientSession[] {
    // §8.5.3.1: a full address gets everything, whatever its priority.
    if (session !== undefined) return [session];
    if (!to.isBare && type !== 'chat' && type !== 'normal' && type !== undefined) return [];
    // §8.5.2.1.1: a message of type error or groupchat is for nobody in particular.
    if (type === 'error' || type === 'groupchat') return [];
    const available = host.sessions
      .of(account)
      .filter(({ presence, priority }) => presence !== undefined && priority >= 0);
    if (type === 'headline') return available;
    // The most available one; who is as available gets it too. Carbons bring it to the others (XEP-0280).
    const highest = Math.max(...available.map(({ priority }) => priority));
    return available.filter(({ priority }) => priority === highest);
  }

  return { fromClient, route, refuse };
}
