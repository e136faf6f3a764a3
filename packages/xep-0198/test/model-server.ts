import type { Element } from '@xeps/core';
import type { XmlStream } from '@xeps/stream';
import { createElement, createXmlStream, isStanzaKind, NS_STREAM, tcpFraming } from '@xeps/stream';
import { NS_SM } from '@xeps/xep-0198';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SASL2 = 'urn:xmpp:sasl:2';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const NS_BIND2 = 'urn:xmpp:bind:0';

interface ModelSession {
  readonly id: string;
  /** What was sent in it, in order. */
  readonly sent: string[];
  handled: number;
  acked: number;
}

/** A server with one account, which keeps its session over all connections, by the letter of XEP-0198. */
export interface ModelServer {
  connect(write: (text: string) => void): XmlStream;
  /** A message for the account: sent in the session, or kept for the next. */
  send(id: string): void;
  /** Asks for an acknowledgement. */
  ask(): void;
  /** Loses the session. What the client did not acknowledge goes to the next. */
  forget(): void;
  readonly session: ModelSession | undefined;
  /** The ids of what the client sent. */
  readonly received: string[];
}

export interface ModelServerOptions {
  /** SASL2 with everything, or a step for each. */
  readonly inline: boolean;
  /** Tells what it handled of a session that it can't resume. */
  readonly tellsHandled: boolean;
  received(id: string): void;
  /** A message goes to the next session. */
  waiting(id: string): void;
}

export function createModelServer(options: ModelServerOptions): ModelServer {
  const received: string[] = [];
  let stream: XmlStream | undefined;
  let session: ModelSession | undefined;
  let past: ModelSession | undefined;
  const waiting: string[] = [];
  let count = 0;

  const send = (id: string): void => {
    if (session === undefined) return void waiting.push(id);
    session.sent.push(id);
    stream?.sendStanza({ kind: 'message', text: `<message id='${id}'/>` });
  };
  const forget = (): void => {
    const rest = session?.sent.slice(session.acked) ?? [];
    waiting.unshift(...rest);
    for (const id of rest) options.waiting(id);
    past = session;
    session = undefined;
  };
  const begin = (): Element => {
    forget();
    session = { id: `session-${(count += 1)}`, sent: [], handled: 0, acked: 0 };
    return createElement('enabled', NS_SM, { id: session.id, resume: 'true' });
  };
  const resume = (request: Element): Element => {
    const { previd, h } = request.attrs as Record<string, string>;
    if (session !== undefined && session.id === previd) {
      if (Number(h) < session.acked || Number(h) > session.sent.length) throw new Error(`${h} can't be handled`);
      session.acked = Number(h);
      return createElement('resumed', NS_SM, { previd, h: String(session.handled) });
    }
    const known = options.tellsHandled && past?.id === previd ? past : undefined;
    return createElement('failed', NS_SM, { h: known && String(known.handled) });
  };

  return {
    received,
    send,
    ask: () => stream?.send(createElement('r', NS_SM)),
    forget,
    get session() {
      return session;
    },
    connect(write) {
      let authenticated = false;
      stream = undefined;
      const flow = (ids: readonly string[]): void => {
        stream = own;
        for (const id of ids) own.sendStanza({ kind: 'message', text: `<message id='${id}'/>` });
      };
      const deliver = (): void => {
        flow([]);
        for (const id of waiting.splice(0)) send(id);
      };
      const offer = (): Element[] => {
        const sm = createElement('sm', NS_SM);
        if (authenticated) return [createElement('bind', NS_BIND), sm];
        if (!options.inline) {
          return [createElement('mechanisms', NS_SASL, {}, [createElement('mechanism', NS_SASL, {}, ['PLAIN'])])];
        }
        const features = createElement('inline', NS_BIND2, {}, [createElement('feature', NS_BIND2, { var: NS_SM })]);
        const list = createElement('inline', NS_SASL2, {}, [createElement('bind', NS_BIND2, {}, [features]), sm]);
        const mechanism = createElement('mechanism', NS_SASL2, {}, ['PLAIN']);
        return [createElement('authentication', NS_SASL2, {}, [mechanism, list])];
      };
      const own: XmlStream = createXmlStream(
        { role: 'server', framing: tcpFraming },
        {
          write,
          opened() {
            own.open({ id: 's', version: '1.0', from: 'example.org' });
            own.send(createElement('features', NS_STREAM, {}, offer()));
          },
          element(element) {
            const { name } = element;
            if (name === 'authenticate') {
              const request = element.getChild('resume', NS_SM);
              const answers = [
                createElement('authorization-identifier', NS_SASL2, {}, [`juliet@example.org/${count}`]),
                ...(request === undefined ? [] : [resume(request)]),
              ];
              const resumed = answers.at(-1)?.name === 'resumed';
              if (!resumed) answers.push(createElement('bound', NS_BIND2, {}, [begin()]));
              own.send(createElement('success', NS_SASL2, {}, answers));
              if (resumed) flow(session!.sent.slice(session!.acked));
              else {
                own.send(createElement('features', NS_STREAM, {}, [createElement('sm', NS_SM)]));
                deliver();
              }
            } else if (name === 'auth') {
              authenticated = true;
              own.send(createElement('success', NS_SASL));
              own.restart();
            } else if (name === 'iq') {
              const jid = createElement('jid', NS_BIND, {}, ['juliet@example.org/x']);
              const id = element.attrs['id'] as string;
              const result = createElement('bind', NS_BIND, {}, [jid]);
              own.send(createElement('iq', undefined, { type: 'result', id }, [result]));
            } else if (name === 'enable') {
              own.send(begin());
              deliver();
            } else if (name === 'resume') {
              const answer = resume(element);
              own.send(answer);
              if (answer.name === 'failed') return;
              flow(session!.sent.slice(session!.acked));
              own.send(createElement('r', NS_SM));
            } else if (session === undefined || stream !== own) {
              // Of a session that is over: nobody takes responsibility for it.
            } else if (name === 'r') own.send(createElement('a', NS_SM, { h: String(session.handled) }));
            else if (name === 'a') {
              const h = Number(element.attrs['h']);
              if (h < session.acked || h > session.sent.length) throw new Error(`${h} can't be handled`);
              session.acked = h;
            } else if (isStanzaKind(name)) {
              session.handled += 1;
              const id = String(element.attrs['id']);
              received.push(id);
              options.received(id);
            }
          },
          closed() {},
        },
      );
      return own;
    },
  };
}
