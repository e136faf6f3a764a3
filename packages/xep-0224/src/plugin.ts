import { createEmitter, definePlugin, XmppError } from '@xeps/core';
import type { Element, ListenOptions, Plugin, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { messageEnvelope, roster } from '@xeps/rfc-6121';
import type { RosterApi } from '@xeps/rfc-6121';
import { disco } from '@xeps/xep-0030';
import type { DiscoApi } from '@xeps/xep-0030';
import { delay } from '@xeps/xep-0203';
import { attentionRequest, NS_ATTENTION } from './schema.ts';

/** Milliseconds for which an account is not heard again (§6), and for which nobody is. */
const PAUSE = 10_000;
const PAUSE_OF_ALL = 1000;
/** Accounts whose last request is remembered. */
const MOST_REMEMBERED = 1000;

/** Who may ask for attention: whom the roster holds and the account's own devices (§7), nobody, or whom a function accepts. */
export type AttentionPolicy = 'contacts' | 'never' | ((from: Jid, message: Element) => boolean | Promise<boolean>);

/** What the `attention` plugin tells. */
export interface AttentionEvents {
  /** Somebody asks for attention. What the message says beside it is to be shown with it (§4). */
  attention: { readonly from: Jid; readonly message: Element };
}

/** Requests for attention that come in. */
export interface AttentionApi {
  /** Who is heard; `contacts` until this is called. `never` is no longer advertised (§6: the user may disable it). */
  setPolicy(policy: AttentionPolicy): void;
  on<K extends keyof AttentionEvents>(
    event: K,
    listener: (event: AttentionEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/**
 * Advertises attention (§5) and tells who asks for it: only of contacts (§7), of each once in ten seconds (§6), of
 * nobody's old messages (§4).
 */
export const attention: Plugin<AttentionApi> = /* @__PURE__ */ definePlugin({
  name: 'attention',
  requires: { disco, roster },
  setup: (session, requirements) => setUpAttention(session, requirements.disco, requirements.roster),
});

function setUpAttention(session: Session, discovery: DiscoApi, contacts: RosterApi): AttentionApi {
  const events = createEmitter<AttentionEvents>(session.report);
  /** Account → when it was heard last, the oldest first. */
  const heard = new Map<string, number>();
  let heardAny = Number.NEGATIVE_INFINITY;
  let policy: AttentionPolicy = 'contacts';
  let advertised: Disposable | undefined = discovery.addFeature(NS_ATTENTION);

  async function isWelcome(from: Jid, message: Element): Promise<boolean> {
    if (policy === 'never') return false;
    if (policy !== 'contacts') return policy(from, message);
    if (from.bare().equals(session.jid.bare())) return true;
    // Messages may come before the roster does.
    await contacts.loaded();
    return contacts.get(from.bare()) !== undefined;
  }

  /** Whether it is time to hear of that account again; then it counts as heard. */
  function isTime(from: Jid): boolean {
    const account = String(from.bare());
    const now = performance.now();
    if (now - heardAny < PAUSE_OF_ALL || now - (heard.get(account) ?? Number.NEGATIVE_INFINITY) < PAUSE) return false;
    heardAny = now;
    heard.delete(account);
    heard.set(account, now);
    if (heard.size > MOST_REMEMBERED) heard.delete(heard.keys().next().value!);
    return true;
  }

  async function consider(from: Jid, message: Element): Promise<void> {
    if ((await isWelcome(from, message)) && isTime(from)) events.emit('attention', { from, message });
  }

  session.on('message', attentionRequest, (_request, message) => {
    const envelope = messageEnvelope.safeDecode(message);
    if (!envelope.ok || envelope.value.from === undefined) return;
    // §4: a request that waited is over, whoever says that it did.
    if (delay.safeFind(message) !== undefined) return;
    consider(envelope.value.from, message).catch((error: unknown) => {
      // Without a roster nobody is known.
      if (!(error instanceof XmppError)) session.report(error, message);
    });
  });

  return {
    setPolicy(next) {
      policy = next;
      if (next === 'never') {
        advertised?.[Symbol.dispose]();
        advertised = undefined;
      } else advertised ??= discovery.addFeature(NS_ATTENTION);
    },
    on: (event, listener, options) => events.on(event, listener, options),
  };
}
