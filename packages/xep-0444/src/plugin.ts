import { createEmitter, definePlugin, StanzaError } from '@xeps/core';
import type { ListenOptions, Plugin, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { disco } from '@xeps/xep-0030';
import { NS_REACTIONS, reactions } from './schema.ts';
import type { Reactions } from './schema.ts';

/** Sent reactions that may still be refused; of more the oldest are forgotten. */
const MOST_SENT = 1000;

/** What the `messageReactions` plugin tells. */
export interface MessageReactionsEvents {
  /**
   * Reactions of this account were refused by whom they went to (§3.3): what was there before them stands again. `id` is
   * of the message that brought them; `error.text` says which reactions are taken.
   */
  rejected: { readonly id: string; readonly to: Jid; readonly reactions: Reactions; readonly error: StanzaError };
}

/** What became of reactions. */
export interface MessageReactionsApi {
  on<K extends keyof MessageReactionsEvents>(
    event: K,
    listener: (event: MessageReactionsEvents[K]) => void,
    options?: ListenOptions,
  ): Disposable;
}

/** Advertises reactions (§2.1) and tells when those that this session sent are refused (§3.3). */
export const messageReactions: Plugin<MessageReactionsApi> = /* @__PURE__ */ definePlugin({
  name: 'message-reactions',
  requires: { disco },
  setup(session, requirements) {
    requirements.disco.addFeature(NS_REACTIONS);
    return followRejections(session);
  },
});

function followRejections(session: Session): MessageReactionsApi {
  const events = createEmitter<MessageReactionsEvents>(session.report);
  // Message id → what went to whom, the oldest first.
  const sent = new Map<string, { readonly to: Jid; readonly inRoom: boolean; readonly reactions: Reactions }>();

  session.beforeSend('message', (message) => {
    const { id, to, type } = message.attrs as Readonly<Record<string, string | undefined>>;
    const found = reactions.safeFind(message);
    const addressee = to === undefined ? undefined : tryParseJid(to);
    if (id === undefined || addressee === undefined || type === 'error' || found?.ok !== true) return;
    sent.delete(id);
    sent.set(id, { to: addressee, inRoom: type === 'groupchat', reactions: found.value });
    if (sent.size > MOST_SENT) sent.delete(sent.keys().next().value!);
  });
  session.on('message', (message) => {
    const { id, from, type } = message.attrs as Readonly<Record<string, string | undefined>>;
    if (type !== 'error' || id === undefined || from === undefined) return;
    const refused = sent.get(id);
    const by = tryParseJid(from);
    if (refused === undefined || by === undefined) return;
    const { to, inRoom, reactions: taken } = refused;
    // A device answers for its account; an occupant has no say about what went to the room.
    if (!by.equals(to) && (inRoom || !by.bare().equals(to))) return;
    sent.delete(id);
    events.emit('rejected', { id, to, reactions: taken, error: StanzaError.fromStanza(message) });
  });
  return { on: (event, listener, options) => events.on(event, listener, options) };
}
