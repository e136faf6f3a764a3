import { Element } from './element.ts';
import { createEmitter, disposable } from './emitter.ts';
import { DisconnectedError, TimeoutError, XmppError } from './errors.ts';
import type { IqQuery } from './iq.ts';
import { jid as toJid, tryParseJid } from './jid/index.ts';
import type { Jid } from './jid/index.ts';
import { childNamespace, namespaceOf, NS_CLIENT } from './namespace.ts';
import { CodecError } from './schema/index.ts';
import type { AnySchema } from './schema/index.ts';
import type { Delivery, RequestContext, RequestOptions, SendOptions, Session, SessionEvents } from './session.ts';
import { StanzaError } from './stanza-error.ts';

/** What a connection gives a session. */
export interface SessionInit {
  /** The account's address, full or not yet. */
  readonly jid: Jid | string;
  /** Components stamp every stanza with the address that they speak for; a client's server does that for it. */
  readonly role?: 'client' | 'component';
  /** Writes a stanza, or keeps it until it can; resolves when it was written. */
  readonly write: (stanza: Element, options: SendOptions) => Promise<Delivery>;
}

/** A session together with the controls that its connection holds. */
export interface SessionControl {
  readonly session: Session;
  /** Takes a stanza that came in. Never throws. */
  receive(stanza: Element): void;
  /** A session with the server began. Requests written before it can't be answered any more and are rejected. */
  online(jid: Jid): void;
  /** The connection is back and the session goes on. */
  resumed(): void;
  disconnected(error?: XmppError): void;
  /** Ends it for good. */
  end(reason: XmppError): void;
}

interface Pending {
  readonly to: string | undefined;
  written: boolean;
  resolve(reply: Element): void;
  reject(reason: unknown): void;
}
interface Handler {
  readonly query: IqQuery<unknown, unknown, unknown, unknown>;
  run(request: unknown, context: RequestContext): unknown;
}
interface PayloadListener {
  readonly schema: AnySchema;
  run(payload: unknown, stanza: Element): void;
}

/** Makes a session over any connection: routing, requests and answers, plugins. It has no connection of its own. */
export function createSession(init: SessionInit): SessionControl {
  const component = init.role === 'component';
  const life = new AbortController();
  const pending = new Map<string, Pending>();
  const handlers = new Map<string, Handler>();
  const payloads = new Map<string, readonly PayloadListener[]>();
  const plugins = new Map<string, unknown>();
  let address = toJid(init.jid);
  let status: Session['status'] = 'offline';

  let reporting = false;
  const fault = (error: unknown, stanza?: Element): void => {
    // What a listener for faults throws must not come back to it.
    if (reporting || !events.has('fault')) return console.error('xeps: a fault that session.on("fault", …) did not take', error);
    reporting = true;
    events.emit('fault', { error, ...(stanza && { stanza }) });
    reporting = false;
  };
  const events = createEmitter<SessionEvents>(fault);
  const outgoing = createEmitter<{ message: Element; presence: Element }>(fault);

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
    const stanza = new Element('iq', { xmlns: NS_CLIENT, type: query.type, id, ...(target !== undefined && { to: target }) });
    if (from !== undefined) stanza.attrs['from'] = String(from);
    stanza.cnode(query.request.encode(payload));
    const asked = (): string => `${stanza.children.map((child) => (child as Element).name).join()} to ${target ?? 'the own server'}`;

    const reply = await new Promise<Element>((resolve, reject) => {
      const timer = setTimeout(() => entry.reject(new TimeoutError(`no answer within ${timeout} ms to ${asked()}`)), timeout);
      const settle = (): void => {
        clearTimeout(timer);
        pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
      };
      const entry: Pending = {
        to: target,
        written: false,
        resolve: (element) => (settle(), resolve(element)),
        reject: (reason) => (settle(), reject(reason as Error)),
      };
      const onAbort = (): void => entry.reject(signal?.reason);
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      pending.set(id, entry);
      send(stanza, { signal }).then(
        () => void (entry.written = true),
        (reason: unknown) => entry.reject(reason),
      );
    });
    return readAnswer(query, reply, asked);
  }

  /** Whether `from` may answer what was asked of `to` (RFC 6120 §8.1.2.1, §8.2.3): it, or who speaks for the account. */
  function mayAnswer(to: string | undefined, from: string | undefined): boolean {
    if (to === from) return true;
    const own = [undefined, String(address.bare()), String(address), address.domain];
    const sender = from === undefined ? undefined : String(tryParseJid(from, { lenient: true }) ?? '');
    // A request without an address goes to the own server, which answers under any of these names.
    if (to === undefined || to === own[1]) return own.includes(sender);
    return sender === to || (sender === undefined && own.includes(to));
  }

  async function answer(stanza: Element, from: Jid | undefined): Promise<void> {
    const reply = new Element('iq', { xmlns: NS_CLIENT, type: 'result', id: String(stanza.attrs['id'] ?? '') });
    if (stanza.attrs['from'] !== undefined) reply.attrs['to'] = stanza.attrs['from'] as string;
    if (component && stanza.attrs['to'] !== undefined) reply.attrs['from'] = stanza.attrs['to'] as string;
    try {
      const result = await handled(stanza, from);
      if (result !== undefined) reply.cnode(result);
    } catch (error) {
      reply.attrs['type'] = 'error';
      if (!(error instanceof StanzaError)) fault(error, stanza);
      // Faults of our own are nobody else's business: their text stays here.
      reply.cnode((error instanceof StanzaError ? error : new StanzaError('internal-server-error')).element);
    }
    await send(reply);
  }

  async function handled(stanza: Element, from: Jid | undefined): Promise<Element | undefined> {
    const request = stanza.children.filter((node) => typeof node === 'object');
    const payload = request[0];
    // RFC 6120 §8.2.3: a request has an id and exactly one child.
    if (payload === undefined || request.length > 1 || stanza.attrs['id'] === undefined) throw new StanzaError('bad-request');
    const handler = handlers.get(`${String(stanza.attrs['type'])}|${payload.getName()}|${namespaceOf(payload)}`);
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
    if (from !== undefined && sender === undefined) return fault(new XmppError('ERR_XMPP_STANZA', `an IQ came from “${from}”, which is no address`), stanza);
    answer(stanza, sender).catch((error: unknown) => {
      if (!(error instanceof DisconnectedError) && status !== 'ended') fault(error, stanza);
    });
  }

  function dispatchPayloads(kind: string, stanza: Element): void {
    if (payloads.size === 0 || stanza.attrs['type'] === 'error') return;
    const stanzaNs = namespaceOf(stanza);
    for (const child of stanza.children) {
      if (typeof child !== 'object') continue;
      const plain = !child.name.includes(':');
      const listeners = payloads.get(`${kind}|${plain ? child.name : child.getName()}|${plain ? childNamespace(child, stanzaNs) : namespaceOf(child)}`);
      for (const listener of listeners ?? []) {
        const decoded = listener.schema.safeDecode(child);
        if (!decoded.ok) {
          fault(decoded.error, stanza);
          continue;
        }
        try {
          listener.run(decoded.value, stanza);
        } catch (error) {
          fault(error, stanza);
        }
      }
    }
  }

  function onPayload(kind: 'message' | 'presence', schema: AnySchema, run: PayloadListener['run'], signal?: AbortSignal): Disposable {
    const listener: PayloadListener = { schema, run };
    const keys = schema['~headers']().map(({ name, xmlns }) => `${kind}|${name}|${xmlns}`);
    for (const key of keys) payloads.set(key, [...(payloads.get(key) ?? []), listener]);
    return disposable(() => {
      for (const key of keys) {
        const left = (payloads.get(key) ?? []).filter((other) => other !== listener);
        if (left.length > 0) payloads.set(key, left);
        else payloads.delete(key);
      }
    }, signal);
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
      const keys = query.request['~headers']().map(({ name, xmlns }) => `${query.type}|${name}|${xmlns}`);
      const taken = keys.find((key) => handlers.has(key));
      if (taken !== undefined) throw new XmppError('ERR_XMPP_HANDLED', `${taken} has a handler already; dispose of that one first`);
      for (const key of keys) handlers.set(key, { query, run: handler } as Handler);
      return disposable(() => keys.forEach((key) => handlers.delete(key)));
    },
    on(kind: keyof SessionEvents, second: unknown, third?: unknown, fourth?: unknown): Disposable {
      if (typeof second === 'function') return events.on(kind, second as (event: unknown) => void, third as { signal?: AbortSignal });
      const { signal } = (fourth ?? {}) as { signal?: AbortSignal };
      return onPayload(kind as 'message' | 'presence', second as AnySchema, third as PayloadListener['run'], signal);
    },
    beforeSend: (kind, add, options) => outgoing.on(kind, add, options),
    report: fault,
    use(plugin) {
      if (!plugins.has(plugin.name)) plugins.set(plugin.name, plugin.install(session));
      return plugins.get(plugin.name) as ReturnType<typeof plugin.install>;
    },
  };

  return {
    session,
    receive(stanza) {
      const kind = stanza.getName();
      if (kind === 'iq') return receiveIq(stanza);
      if (kind !== 'message' && kind !== 'presence') return;
      events.emit(kind, stanza);
      dispatchPayloads(kind, stanza);
    },
    online(jid) {
      for (const entry of [...pending.values()]) {
        if (entry.written) entry.reject(new DisconnectedError('the connection was lost before the answer came; ask again'));
      }
      address = jid;
      status = 'online';
      events.emit('online', { jid });
    },
    resumed() {
      status = 'online';
      events.emit('resumed', { jid: address });
    },
    disconnected(error) {
      status = 'offline';
      events.emit('disconnected', error === undefined ? {} : { error });
    },
    end(reason) {
      status = 'ended';
      for (const entry of [...pending.values()]) entry.reject(reason);
      life.abort(reason);
    },
  };
}

function readAnswer<Req, ReqIn, Res, ResIn>(query: IqQuery<Req, ReqIn, Res, ResIn>, reply: Element, asked: () => string): Res {
  if (reply.attrs['type'] === 'error') throw StanzaError.fromStanza(reply);
  if (query.response === undefined) return undefined as Res;
  const found = query.response.find(reply);
  if (found !== undefined || query.mayBeEmpty) return found as Res;
  const expected = query.response['~headers']().map(({ name, xmlns }) => `<${name} xmlns='${xmlns}'/>`);
  throw new CodecError('iq', `the answer to ${asked()} has no ${expected.join(' or ')}`);
}

/** An identifier that nobody can guess: 120 random bits. An answer forged by somebody else has to know it. */
export function newId(): string {
  let id = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(20))) id += alphabet[byte & 63];
  return id;
}
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
