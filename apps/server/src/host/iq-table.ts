import { childElements, Element, namespaceOf, NS_CLIENT, StanzaError } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { AnySchema } from '@xeps/core/schema';
import type { ClientSession } from './sessions.ts';

/** What a handler knows of a request beside its payload. */
export interface IqContext {
  /** Who asks, as the server itself has stamped it. */
  readonly from: Jid;
  /** Who is asked: an account's bare address, the domain, or a service. */
  readonly to: Jid;
  /** The session that asks; undefined when it is a service, or a component. */
  readonly session: ClientSession | undefined;
  readonly stanza: Element;
}

/** Answers a request; a `StanzaError` that it throws becomes the answer. */
export type IqHandler<Req, ResIn> = (request: Req, context: IqContext) => ResIn | Promise<ResIn>;

/** Who may ask. */
export interface IqAccess {
  /**
   * `owner`: the account itself, at its own bare address, which is so when left out; others are answered as if the
   * account did not exist (RFC 6121 §8.5.1). `anyone`: the handler looks for itself. Has no meaning at services.
   */
  readonly from?: 'owner' | 'anyone';
}

/** The requests that one entity answers. */
export interface IqTable {
  /** Answers a query. One that has a handler already throws. */
  handle<Req, ReqIn, Res, ResIn>(
    query: IqQuery<Req, ReqIn, Res, ResIn>,
    handler: IqHandler<Req, ResIn>,
    access?: IqAccess,
  ): void;
  /** Answers what no handler is for, instead of `service-unavailable`; undefined leaves it at that. */
  otherwise(handler: (context: IqContext) => Element | undefined): void;
  /** Gives the answer to `reply`: a result or an error, at once unless the handler has to wait. */
  answer(context: IqContext, reply: (answer: Element) => void, report: (error: unknown) => void): void;
}

interface Handler {
  readonly query: IqQuery<unknown, unknown, unknown, unknown>;
  readonly access: IqAccess;
  run(request: unknown, context: IqContext): unknown;
}

/** Makes a table without handlers. */
/* @__NO_SIDE_EFFECTS__ */
export function createIqTable(): IqTable {
  const handlers = new Map<string, Handler>();
  let other: (context: IqContext) => Element | undefined = () => undefined;

  function begin(context: IqContext): { query?: Handler['query']; result: unknown } {
    const { stanza } = context;
    const [payload, ...more] = childElements(stanza);
    // RFC 6120 §8.2.3: a request has an id and exactly one child.
    if (payload === undefined || more.length > 0) throw new StanzaError('bad-request');
    const handler = handlers.get(`${stanza.attrs['type']}|${payload.getName()}|${namespaceOf(payload)}`);
    if (handler === undefined) {
      const result = other(context);
      if (result === undefined) throw new StanzaError('service-unavailable');
      return { result };
    }
    const { from, to } = context;
    const foreign = handler.access.from !== 'anyone' && to.local !== undefined && !from.bare().equals(to.bare());
    if (foreign) throw new StanzaError('service-unavailable');
    const decoded = handler.query.request.safeDecode(payload);
    if (!decoded.ok) throw new StanzaError('bad-request', { text: decoded.error.message });
    return { query: handler.query, result: handler.run(decoded.value, context) };
  }

  return {
    handle(query, handler, access = {}) {
      for (const key of keysOf(query.type, query.request)) {
        if (handlers.has(key)) throw new Error(`${key} has a handler already`);
        handlers.set(key, { query, access, run: handler } as Handler);
      }
    },
    otherwise(handler) {
      const before = other;
      other = (context) => before(context) ?? handler(context);
    },
    answer(context, reply, report) {
      const { id, from: to } = context.stanza.attrs as Readonly<Record<string, string | undefined>>;
      const respond = (type: 'result' | 'error', payload: Element | undefined): void => {
        const answer = new Element('iq', { xmlns: NS_CLIENT, type, id, to, from: String(context.to) });
        if (payload !== undefined) answer.cnode(payload);
        reply(answer);
      };
      const refuse = (error: unknown): void => {
        const foreseen = error instanceof StanzaError;
        if (!foreseen) report(error);
        respond('error', (foreseen ? error : new StanzaError('internal-server-error')).element);
      };
      const finish = (query: Handler['query'] | undefined, result: unknown): void => {
        if (query === undefined) respond('result', result as Element);
        else respond('result', result === undefined ? undefined : query.response?.encode(result));
      };
      try {
        const { query, result } = begin(context);
        if (result instanceof Promise) result.then((value) => finish(query, value)).catch(refuse);
        else finish(query, result);
      } catch (error) {
        refuse(error);
      }
    },
  };
}

function keysOf(type: string, schema: AnySchema): string[] {
  return schema['~headers']().map(({ name, xmlns }) => `${type}|${name}|${xmlns}`);
}
