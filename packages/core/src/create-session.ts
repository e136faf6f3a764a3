import { childElements, Element } from './element.ts';
import { createEmitter, disposable } from './emitter.ts';
import type { ListenOptions } from './emitter.ts';
import { DisconnectedError, TimeoutError, XmppError } from './errors.ts';
import type { IqQuery } from './iq.ts';
import { jid as toJid, tryParseJid } from './jid/index.ts';
import type { Jid } from './jid/index.ts';
import { namespaceOf, NS_CLIENT } from './namespace.ts';
import { CodecError } from './schema/index.ts';
import type { AnySchema } from './schema/index.ts';
import type {
  BindFeature,
  Delivery,
  RequestContext,
  RequestOptions,
  SendOptions,
  Session,
  SessionEvents,
} from './session.ts';
import { StanzaError } from './stanza-error.ts';

/** What a connection gives a session. */
export interface SessionInit {
  /** The account's address, full or not yet. */
  readonly jid: Jid | string;
  /** Components stamp every stanza with the address that they speak for; a client's server does that for it. */
  readonly role?: 'client' | 'component';
  /** Writes a stanza, or keeps it until it can; resolves when it was written. */
  readonly write: (stanza: Element, options: SendOptions) => Promise<Delivery>;
  /** Keeps the stanza that is being delivered from counting as handled, where there is such a count. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** A session together with the controls that its connection holds. */
export interface SessionControl {
  readonly session: Session;
  /** What is to be enabled with the next binding. */
  readonly bindFeatures: Iterable<BindFeature>;
  /** Takes a stanza that came in. Never throws. */
  receive(stanza: Element): void;
  /** A session with the server began. Requests written before it can't be answered any more and are rejected. */
  online(jid: Jid): void;
  /** The connection is back and the session goes on; the address where it began in an earlier run. */
  resumed(jid?: Jid): void;
  disconnected(error?: XmppError): void;
  /** Ends it for good. */
  end(reason: XmppError): void;
}

interface Pending extends PromiseWithResolvers<Element> {
  readonly to: string | undefined;
  written: boolean;
}
/** A child of a stanza; there are listeners for its name. */
interface Payload {
  readonly kind: string;
  readonly xmlns: string;
  readonly child: Element;
  readonly stanza: Element;
}
interface Handler {
  readonly query: IqQuery<unknown, unknown, unknown, unknown>;
  run(request: unknown, context: RequestContext): unknown;
}

/** Makes a session over any connection: routing, requests and answers, plugins. It has no connection of its own. */
export function createSession(init: SessionInit): SessionControl {
  const component = init.role === 'component';
  const life = new AbortController();
  const pending = new Map<string, Pending>();
  const handlers = new Map<string, Handler>();
  const plugins = new Map<string, unknown>();
  const bindFeatures = new Set<BindFeature>();
  let began = false;
  let address = toJid(init.jid);
  let status: Session['status'] = 'offline';

  let reporting = false;
  const fault = (error: unknown, stanza?: Element): void => {
    // What a listener for faults throws must not come back to it.
    if (reporting || !events.has('fault'))
      return console.error('xeps: a fault that session.on("fault", …) did not take', error);
    reporting = true;
    events.emit('fault', { error, ...(stanza && { stanza }) });
    reporting = false;
  };
  const events = createEmitter<SessionEvents>(fault);
  const outgoing = createEmitter<{ message: Element; presence: Element }>(fault);
  /** By name: a key of more than that would have to be made for every child of every stanza. */
  const payloads = createEmitter<Record<string, Payload>>(fault);

  async function send(stanza: Element, options: SendOptions = {}): Promise<Delivery> {
    life.signal.throwIfAborted();
    options.signal?.throwIfAborted();
    if (component) stanza.attrs['from'] ??= String(address);
    const kind = stanza.getName();
    if (kind === 'message' || kind === 'presence') outgoing.emit(kind, stanza);
    return init.write(stanza, options);
  }

  async function request<Req, ReqIn, Res, ResIn>(
    query: IqQuery<Req, ReqIn, Res, ResIn>,
    payload: ReqIn,
    { to, from, signal, timeout = 30_000 }: RequestOptions = {},
  ): Promise<Res> {
    const id = newId();
    const target = to === undefined ? undefined : String(toJid(to));
    const stanza = new Element('iq', {
      xmlns: NS_CLIENT,
      type: query.type,
      id,
      to: target,
      from: from && String(from),
    });
    const asked = stanza.cnode(query.request.encode(payload)).name;
    const whom = `to ${target ?? 'the own server'}`;

    const entry: Pending = { ...Promise.withResolvers<Element>(), to: target, written: false };
    const { promise, reject } = entry;
    const timer = setTimeout(
      () => reject(new TimeoutError(`no answer within ${timeout} ms to ${asked} ${whom}`)),
      timeout,
    );
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    pending.set(id, entry);
    try {
      // A signal that has aborted already is noticed there.
      send(stanza, { signal }).then(() => void (entry.written = true), reject);
      return readAnswer(query, await promise, `${asked} ${whom}`);
    } finally {
      clearTimeout(timer);
      pending.delete(id);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Whether `from` may answer what was asked of `to` (RFC 6120 §8.1.2.1, §8.2.3): it, or who speaks for the account. */
  function mayAnswer(to: string | undefined, from: string | undefined): boolean {
    if (to === from) return true;
    const own = [undefined, String(address.bare()), String(address), address.domain];
    const sender = from === undefined ? from : String(tryParseJid(from, { lenient: true }) ?? '');
    // A request without an address goes to the own server, which answers under any of these names.
    if (to === undefined || to === own[1]) return own.includes(sender);
    return sender === to || (sender === undefined && own.includes(to));
  }

  async function answer(stanza: Element, from: Jid | undefined): Promise<void> {
    const { id = '', from: to, to: own } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    const reply = new Element('iq', { xmlns: NS_CLIENT, type: 'result', id, to, from: component ? own : undefined });
    try {
      const result = await handled(stanza, from);
      if (result !== undefined) reply.cnode(result);
    } catch (error) {
      reply.attrs['type'] = 'error';
      const foreseen = error instanceof StanzaError;
      if (!foreseen) fault(error, stanza);
      // Faults of our own are nobody else's business: their text stays here.
      reply.cnode((foreseen ? error : new StanzaError('internal-server-error')).element);
    }
    await send(reply);
  }

  async function handled(stanza: Element, from: Jid | undefined): Promise<Element | undefined> {
    const [payload, ...more] = childElements(stanza);
    // RFC 6120 §8.2.3: a request has an id and exactly one child.
    if (payload === undefined || more.length > 0 || stanza.attrs['id'] === undefined)
      throw new StanzaError('bad-request');
    const handler = handlers.get(keyOf(stanza.attrs['type'], payload.getName(), namespaceOf(payload)));
    if (handler === undefined) throw new StanzaError('service-unavailable');
    const decoded = handler.query.request.safeDecode(payload);
    if (!decoded.ok) throw new StanzaError('bad-request', { text: decoded.error.message });
    const result: unknown = await handler.run(decoded.value, { from, stanza });
    return result === undefined ? undefined : handler.query.response?.encode(result);
  }

  function receiveIq(stanza: Element): void {
    const { type, id, from } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    if (type === 'result' || type === 'error') {
      const entry = id === undefined ? undefined : pending.get(id);
      if (entry !== undefined && mayAnswer(entry.to, from)) entry.resolve(stanza);
      return;
    }
    if (type !== 'get' && type !== 'set') return;
    const sender = from === undefined ? undefined : tryParseJid(from, { lenient: true });
    if (from !== undefined && sender === undefined)
      return fault(new XmppError('ERR_XMPP_STANZA', `an IQ came from “${from}”, which is no address`), stanza);
    answer(stanza, sender).catch((error: unknown) => {
      if (!(error instanceof DisconnectedError) && status !== 'ended') fault(error, stanza);
    });
  }

  function dispatchPayloads(kind: string, stanza: Element): void {
    if (stanza.attrs['type'] === 'error') return;
    const { children } = stanza;
    for (let i = 0; i < children.length; i++) {
      const child = children[i];
      if (typeof child !== 'object') continue;
      const name = child.getName();
      if (payloads.has(name)) payloads.emit(name, { kind, xmlns: namespaceOf(child), child, stanza });
    }
  }

  function onPayload(
    kind: string,
    schema: AnySchema,
    run: (payload: unknown, stanza: Element) => void,
    options: ListenOptions | undefined,
  ): Disposable {
    const subscriptions = schema['~headers']().map((header) =>
      payloads.on(
        header.name,
        (payload) => {
          if (payload.kind !== kind || payload.xmlns !== header.xmlns) return;
          try {
            run(schema.decode(payload.child), payload.stanza);
          } catch (error) {
            fault(error, payload.stanza);
          }
        },
        options,
      ),
    );
    return disposable(() => subscriptions.forEach((subscription) => subscription[Symbol.dispose]()));
  }

  const session: Session = {
    get jid() {
      return address;
    },
    get status() {
      return status;
    },
    signal: life.signal,
    send,
    request,
    handle(query, handler) {
      const keys = keysOf(query.type, query.request);
      const taken = keys.find((key) => handlers.has(key));
      if (taken !== undefined)
        throw new XmppError('ERR_XMPP_HANDLED', `${taken} has a handler already; dispose of that one first`);
      for (const key of keys) handlers.set(key, { query, run: handler } as Handler);
      return disposable(() => keys.forEach((key) => handlers.delete(key)));
    },
    on(kind: keyof SessionEvents, second: unknown, third?: unknown, fourth?: unknown): Disposable {
      if (typeof second === 'function')
        return events.on(kind, second as (event: unknown) => void, third as ListenOptions);
      return onPayload(kind, second as AnySchema, third as (payload: unknown) => void, fourth as ListenOptions);
    },
    beforeSend: (kind, add, options) => outgoing.on(kind, add, options),
    waitUntil: (work) => init.waitUntil?.(work),
    whileBinding(feature) {
      bindFeatures.add(feature);
      return disposable(() => bindFeatures.delete(feature));
    },
    report: fault,
    use(plugin) {
      if (!plugins.has(plugin.name)) plugins.set(plugin.name, plugin.install(session));
      return plugins.get(plugin.name) as ReturnType<typeof plugin.install>;
    },
  };

  return {
    session,
    bindFeatures,
    receive(stanza) {
      const kind = stanza.getName();
      if (kind === 'iq') return receiveIq(stanza);
      if (kind !== 'message' && kind !== 'presence') return;
      events.emit(kind, stanza);
      dispatchPayloads(kind, stanza);
    },
    online(jid) {
      for (const entry of pending.values()) {
        if (entry.written)
          entry.reject(new DisconnectedError('the connection was lost before the answer came; ask again'));
      }
      address = jid;
      status = 'online';
      began = true;
      events.emit('online', { jid });
    },
    resumed(jid = address) {
      address = jid;
      status = 'online';
      const restored = !began;
      began = true;
      events.emit('resumed', { jid, restored });
    },
    disconnected(error) {
      status = 'offline';
      events.emit('disconnected', error === undefined ? {} : { error });
    },
    end(reason) {
      status = 'ended';
      for (const entry of pending.values()) entry.reject(reason);
      life.abort(reason);
    },
  };
}

/** What payloads and handlers are found by. */
function keyOf(kind: string, name: string, xmlns: string): string {
  return `${kind}|${name}|${xmlns}`;
}

function keysOf(kind: string, schema: AnySchema): string[] {
  return schema['~headers']().map(({ name, xmlns }) => keyOf(kind, name, xmlns));
}

function readAnswer<Req, ReqIn, Res, ResIn>(
  query: IqQuery<Req, ReqIn, Res, ResIn>,
  reply: Element,
  asked: string,
): Res {
  if (reply.attrs['type'] === 'error') throw StanzaError.fromStanza(reply);
  if (query.response === undefined) return undefined as Res;
  const found = query.response.find(reply);
  if (found !== undefined || query.mayBeEmpty) return found as Res;
  const expected = query.response['~headers']().map(({ name, xmlns }) => `<${name} xmlns='${xmlns}'/>`);
  throw new CodecError('iq', `the answer to ${asked} has no ${expected.join(' or ')}`);
}

/** An identifier that nobody can guess: 120 random bits. An answer forged by somebody else has to know it. */
export function newId(): string {
  let id = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(20))) id += alphabet[byte & 63];
  return id;
}
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
