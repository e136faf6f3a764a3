import { createEmitter, definePlugin, isFromOwnAccount, isStanzaError, whenOnline } from '@xeps/core';
import type { Element, ListenOptions, Plugin, RequestOptions, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Delay } from '@xeps/xep-0203';
import type { Forwarded } from '@xeps/xep-0297';
import { carbonReceived, carbonsDisableQuery, carbonSent, carbonsEnableQuery, NS_CARBONS } from './schema.ts';

/** A message that the account got or sent, on this device or on another. */
export interface AccountMessage {
  /** The message itself; for a copy that is the inner one, which only this says whom to believe about. */
  readonly stanza: Element;
  /** Whether the account got it or sent it. */
  readonly direction: 'received' | 'sent';
  /**
   * Whether it is a copy of another device's message: never to be answered automatically (§10.4), and no receipt to be
   * sent for it.
   */
  readonly copied: boolean;
  /** When the server copied it, if it says so. */
  readonly delay?: Delay;
}

/** A copy that was not believed. */
export interface RefusedCarbon {
  /** The wrapping message. */
  readonly stanza: Element;
  /** `sender`: it is not from the own account (§11). `content`: it is not a message of this account. */
  readonly reason: 'sender' | 'content';
}

/** The events of the `carbons` plugin. */
export interface CarbonsEvents {
  /** A copy of a message that came for another device (§7). */
  received: AccountMessage;
  /** A copy of a message that another device sent (§8). */
  sent: AccountMessage;
  /** Every message of the account in the order in which they came: what came for this device, and all copies. */
  message: AccountMessage;
  /** The server copies from now on. */
  enabled: undefined;
  /** The server does not copy; `error` is its answer, or why there was none. */
  failed: { readonly error: unknown };
  /** A copy was refused: somebody tries to forge messages, or the server makes mistakes. */
  refused: RefusedCarbon;
}

/** `unsupported`: the server knows no carbons. `failed`: it refused, or did not answer. */
export type CarbonsState = 'off' | 'enabling' | 'on' | 'unsupported' | 'failed';

/** What `session.use(carbons)` gives. */
export interface CarbonsApi {
  /** How it stands with the server in this session. */
  readonly state: CarbonsState;
  on<K extends keyof CarbonsEvents>(
    event: K,
    listener: (event: CarbonsEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
  /** Enables (§4) in this session and in those to come; needed only after `disable`. Rejects as `session.request` does. */
  enable(options?: Omit<RequestOptions, 'to' | 'from'>): Promise<void>;
  /** Disables (§5) until `enable` is called. Rejects as `session.request` does. */
  disable(options?: Omit<RequestOptions, 'to' | 'from'>): Promise<void>;
}

/**
 * Gets copies of what the account's other devices receive and send: enables carbons whenever a session begins, checks
 * each copy, and gives one stream of messages to an app.
 */
export const carbons: Plugin<CarbonsApi> = /* @__PURE__ */ definePlugin({
  name: 'carbons',
  setup(session): CarbonsApi {
    let state: CarbonsState = 'off';
    let wanted = true;
    // The latest enable or disable: an earlier one that is answered late no longer says how it stands.
    let latest = 0;
    const events = createEmitter<CarbonsEvents>(session.report);

    async function enable(options: Omit<RequestOptions, 'to' | 'from'> = {}): Promise<void> {
      wanted = true;
      state = 'enabling';
      const turn = ++latest;
      try {
        await session.request(carbonsEnableQuery, {}, options);
      } catch (error) {
        if (turn === latest) {
          state = isStanzaError(error, 'service-unavailable', 'feature-not-implemented') ? 'unsupported' : 'failed';
          events.emit('failed', { error });
        }
        throw error;
      }
      if (turn !== latest) return;
      state = 'on';
      events.emit('enabled', undefined);
    }

    // XEP-0386 §3.1: together with the binding there is no gap, and no request.
    let bound = false;
    session.whileBinding({
      xmlns: NS_CARBONS,
      request: () => (wanted ? carbonsEnableQuery.request.encode({}) : undefined),
      enabled: () => void (bound = true),
    });
    // The server still does what it was asked before this run, as far as is known.
    session.on('resumed', ({ restored }) => void (restored && wanted && enable().catch(() => undefined)));
    whenOnline(session, () => {
      state = bound ? 'on' : 'off';
      if (bound) {
        bound = false;
        latest += 1;
        return events.emit('enabled', undefined);
      }
      // The server forgot with its session. Asking for the feature first (§3) would take a way there and back more, and
      // its answer is the same: a server without carbons answers with service-unavailable.
      if (wanted) enable().catch(() => undefined);
    });
    session.on('message', (stanza) => {
      const copy = readCopy(session, stanza);
      if (copy === undefined) return events.emit('message', { stanza, direction: 'received', copied: false });
      if ('reason' in copy) return events.emit('refused', copy);
      events.emit(copy.direction, copy);
      events.emit('message', copy);
    });

    return {
      get state() {
        return state;
      },
      on: events.on,
      enable,
      async disable(options = {}) {
        wanted = false;
        const turn = ++latest;
        await session.request(carbonsDisableQuery, {}, options);
        if (turn === latest) state = 'off';
      },
    };
  },
});

/** The copy in a message, or why it is refused; `undefined` for a message that is none. */
function readCopy(session: Session, stanza: Element): AccountMessage | RefusedCarbon | undefined {
  // A bounce repeats what it refuses.
  if (stanza.attrs['type'] === 'error' && !isFromOwnAccount(session, stanza)) return undefined;
  for (const child of stanza.children) {
    if (typeof child !== 'object' || (child.name !== 'received' && child.name !== 'sent')) continue;
    const schema = child.name === 'sent' ? carbonSent : carbonReceived;
    if (!schema.is(child)) continue;
    if (!isFromOwnAccount(session, stanza)) return { stanza, reason: 'sender' };
    const decoded = schema.safeDecode(child);
    const direction = child.name;
    if (!decoded.ok || !belongs(session, decoded.value.forwarded, direction)) return { stanza, reason: 'content' };
    const { stanza: inner, delay } = decoded.value.forwarded;
    return { stanza: inner!, direction, copied: true, ...(delay !== undefined && { delay }) };
  }
  return undefined;
}

/** Whether the inner message is one that the account can have got or sent: §7 and §8 copy for the matching bare address. */
function belongs(session: Session, { stanza }: Forwarded, direction: 'received' | 'sent'): boolean {
  if (stanza?.name !== 'message') return false;
  const address = stanza.attrs[direction === 'sent' ? 'from' : 'to'] as string | undefined;
  // A message without `to` is for the account that it was sent from (RFC 6120 §10.3.1).
  if (address === undefined && direction === 'sent') return false;
  return (
    tryParseJid(address ?? String(stanza.attrs['from'] ?? ''))
      ?.bare()
      .equals(session.jid.bare()) ?? false
  );
}
