import { createSession, DisconnectedError } from '@xeps/core';
import type { Delivery, Element, Session, SessionControl } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import { serialize } from '@xeps/core/xml';
import type { XmlLimits } from '@xeps/core/xml';
import { internals } from './entity.ts';
import type { XmppjsEntity } from './entity.ts';
import { harden } from './harden.ts';

/** How a session is made over an entity. */
export interface XmppjsOptions {
  /** Bounds of what the entity's parser takes; `false` leaves its own parser in place, which has none. */
  readonly limits?: Partial<XmlLimits> | false;
}

const sessions = /* @__PURE__ */ new WeakMap<XmppjsEntity, Session>();

/**
 * A session over an entity of xmpp.js. Make it before `entity.start()`; the same entity gives the same session.
 *
 * Answers to requests are believed only from whom was asked. Requests from others that no handler of the session takes
 * go on to the entity's own `iqCallee`. While the entity is not online, `send` rejects with `DisconnectedError`.
 *
 * @example
 * ```ts
 * import { xmppjs } from '@xeps/xmppjs';
 * import { sendPing } from '@xeps/xep-0199';
 * import { client } from '@xmpp/client';
 *
 * const entity = client({ service: 'xmpp://montague.lit', username: 'romeo', password: '…' });
 * const session = xmppjs(entity);
 * await entity.start();
 * await sendPing(session);
 * ```
 */
export function xmppjs(entity: XmppjsEntity, options: XmppjsOptions = {}): Session {
  const known = sessions.get(entity);
  if (known !== undefined) return known;
  if (options.limits !== false && entity.status === 'offline') harden(entity, options.limits);
  const control = connect(entity);
  sessions.set(entity, control.session);
  return control.session;
}

function connect(entity: XmppjsEntity): SessionControl {
  const component = internals(entity).NS === 'jabber:component:accept';
  const acks = trackAcks(entity);
  const answers = new Map<string, (reply: Element) => void>();

  const control = createSession({
    jid: entity.jid === null ? parseJid(entity.options.domain ?? 'localhost') : parseJid(String(entity.jid)),
    role: component ? 'component' : 'client',
    async write(stanza) {
      // What XML can't hold is refused here; xmpp.js would send it and lose the stream.
      serialize(stanza);
      const answer = stanza.name === 'iq' ? answers.get(replyKey(stanza.attrs['id'], stanza.attrs['to'])) : undefined;
      if (answer !== undefined && (stanza.attrs['type'] === 'result' || stanza.attrs['type'] === 'error')) {
        answer(stanza);
        return delivered;
      }
      if (entity.status !== 'online')
        throw new DisconnectedError(`the entity is ${entity.status}; wait for it to be online, then send again`);
      if (component) stanza.attrs['xmlns'] = 'jabber:component:accept';
      const delivery = acks(stanza);
      await entity.send(stanza);
      return delivery;
    },
  });

  entity.on('stanza', (stanza: Element) => {
    const request = stanza.name === 'iq' && (stanza.attrs['type'] === 'get' || stanza.attrs['type'] === 'set');
    if (!request) control.receive(stanza);
  });
  entity.on('online', (address: { toString(): string }) => control.online(parseJid(String(address))));
  internals(entity).streamManagement?.on('resumed', () => control.resumed());
  entity.on('disconnect', () => control.disconnected());
  if (entity.status === 'online') control.online(parseJid(String(entity.jid)));

  // Requests come by the entity's middleware, which sends what we return, so that a request never has two answers.
  entity.middleware?.use(async ({ stanza }, next) => {
    const { type, id, from } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    if (stanza.name !== 'iq' || (type !== 'get' && type !== 'set')) return next();
    const reply = await new Promise<Element>((resolve) => {
      answers.set(replyKey(id, from), resolve);
      control.receive(stanza);
    });
    answers.delete(replyKey(id, from));
    const content = reply.children.find((child) => typeof child === 'object');
    const nobody = reply.attrs['type'] === 'error' && content?.getChild('service-unavailable') !== undefined;
    return nobody ? next() : content === undefined ? true : foreign(content, internals(entity).headerElement());
  });
  return control;
}

const delivered: Delivery = { acked: /* @__PURE__ */ Promise.resolve() };

function replyKey(id: string | undefined, peer: string | undefined): string {
  return `${id ?? ''} ${peer ?? ''}`;
}

/** Where the entity has stream management (XEP-0198), a delivery is acknowledged by it. */
function trackAcks(entity: XmppjsEntity): (stanza: Element) => Delivery {
  const waiting = new Map<Element, { resolve(): void; reject(reason: Error): void }>();
  const { streamManagement } = internals(entity);
  streamManagement?.on('ack', (stanza: Element) => {
    waiting.get(stanza)?.resolve();
    waiting.delete(stanza);
  });
  streamManagement?.on('fail', (stanza: Element) => {
    waiting
      .get(stanza)
      ?.reject(new DisconnectedError('the connection was lost before the server took the stanza over'));
    waiting.delete(stanza);
  });
  return (stanza) => {
    if (streamManagement?.enabled !== true) return delivered;
    const acked = new Promise<void>((resolve, reject) => waiting.set(stanza, { resolve, reject }));
    acked.catch(() => undefined);
    return { acked };
  };
}

/** A copy as an element of xmpp.js's own class: it tests replies with `instanceof`. */
function foreign(element: Element, model: Element): Element {
  const XmlElement = model.constructor as typeof Element;
  const copy = new XmlElement(element.name, { ...element.attrs });
  for (const child of element.children) copy.append(typeof child === 'object' ? foreign(child, model) : child);
  return copy;
}
