import { createElement } from '@xeps/stream';
import type { InlineOffer, StreamContext } from '@xeps/stream';
import type { Sasl2Token } from '@xeps/xep-0388';
import { decodeFast, decodeToken, NS_FAST } from './elements.ts';
import type { FastToken } from './elements.ts';
import { hashedToken } from './hashed-token.ts';

/**
 * Keeps one account's token on this installation, such as in a file or in IndexedDB. What `load` and `save` reject with
 * before signing in ends the stream; after that, a store that can't save has to tell it by itself.
 */
export interface FastTokenStore {
  load(): FastToken | undefined | Promise<FastToken | undefined>;
  /** Replaces the token, or forgets it. */
  save(token: FastToken | undefined): void | Promise<void>;
}

/** How tokens are used. */
export interface FastOptions {
  /** The localpart of the account's address, which the stream's header has to name in `from` (§4.1). */
  readonly username: string;
  readonly store: FastTokenStore;
  /** Milliseconds since 1970. */
  now(): number;
  /** Asked with every sign-in: whether the token is to be used for the last time (§3.6). Then none is asked for. */
  readonly invalidate?: (() => boolean) | undefined;
  /** The mechanisms that may be used; all that this package has when left out. */
  readonly mechanisms?: readonly string[] | undefined;
  /** Treats the connection as one that nobody can read along, TLS or not: for a peer on the same machine. */
  readonly trustConnection?: boolean | undefined;
}

/** The mechanisms, best first, and what each binds to. */
const bindings = /* @__PURE__ */ new Map([
  ['HT-SHA-256-EXPR', 'tls-exporter'],
  ['HT-SHA-256-UNIQ', 'tls-unique'],
  ['HT-SHA-256-ENDP', 'tls-server-end-point'],
  ['HT-SHA-256-NONE', ''],
]);

/** A token that is at its end soon is replaced while it still works. In milliseconds. */
const soon = 86_400_000;

/** What the present sign-in says about tokens. */
interface Turn {
  readonly stream: StreamContext;
  /** The token that was used. */
  token?: FastToken;
  /** It was used for the last time. */
  last?: boolean;
  /** It was refused. */
  refused?: boolean;
  /** The mechanism that a token was asked for. */
  asked?: string;
}

/**
 * Signing in by token, for the `token` of `sasl2`, whose user agent needs an `id` (§4.1). Tokens are asked for when there
 * is none that is as good as one could be here, and replaced when the server gives out others.
 */
/* @__NO_SIDE_EFFECTS__ */
export function fast(options: FastOptions): Sasl2Token {
  const { username, store, now } = options;
  let turn: Turn | undefined;
  /** The last token that was given out is being saved. */
  let saving: Promise<void> | undefined;

  /** What a mechanism binds to on this stream; undefined when it can't be used on it. */
  const binding = (mechanism: string, stream: StreamContext): Uint8Array | undefined => {
    const type = bindings.get(mechanism);
    if (type === '') return new Uint8Array();
    return type === undefined ? undefined : stream.tls?.binding(type);
  };

  /** What could be used on this stream, best first. */
  const available = (offer: InlineOffer, stream: StreamContext): string[] => {
    const feature = offer.get(NS_FAST);
    // §6: whoever reads along could use what is not bound to the channel.
    if (feature === undefined || !(stream.secure || options.trustConnection)) return [];
    const offered = decodeFast(feature).mechanisms;
    return [...bindings.keys()].filter(
      (name) =>
        offered.includes(name) && options.mechanisms?.includes(name) !== false && binding(name, stream) !== undefined,
    );
  };

  const load = async (): Promise<FastToken | undefined> => {
    await saving;
    return store.load();
  };

  /** Nobody waits for it but the next `load`. */
  const save = (token: FastToken | undefined): void => {
    saving = (async () => store.save(token))().catch(() => {});
  };

  const endsBefore = ({ expiry }: FastToken, time: number): boolean =>
    expiry !== undefined && Date.parse(expiry) <= time;

  return {
    name: 'fast',
    async attempt(offer, stream) {
      // What was refused once on a stream is not tried on it again.
      if (turn?.stream === stream && turn.refused) return undefined;
      turn = { stream };
      const found = await load();
      if (!found || !available(offer, stream).includes(found.mechanism) || endsBefore(found, now())) return undefined;
      // §3.4: saved before it is sent, or the same number could be sent twice.
      const token = { ...found, count: found.count + 1 };
      await store.save(token);
      const last = options.invalidate?.() ?? false;
      turn = { stream, token, last };
      return {
        mechanism: hashedToken({
          name: token.mechanism,
          username,
          token: token.token,
          binding: binding(token.mechanism, stream)!,
        }),
        element: createElement('fast', NS_FAST, {
          count: String(token.count),
          invalidate: last ? 'true' : undefined,
        }),
      };
    },
    async request(offer, stream) {
      if (turn?.stream !== stream) turn = { stream };
      const [best] = available(offer, stream);
      if (best === undefined || (turn.token ? turn.last : options.invalidate?.())) return undefined;
      const found = await load();
      if (found?.mechanism === best && !endsBefore(found, now() + soon)) return undefined;
      turn.asked = best;
      return createElement('request-token', NS_FAST, { mechanism: best });
    },
    answered(success, stream) {
      if (turn?.stream !== stream) return;
      const given = decodeToken(success);
      // §3.5: a server that replaces a token on its own keeps to the mechanism.
      const mechanism = turn.asked ?? turn.token?.mechanism;
      if (turn.last) save(undefined);
      else if (given !== undefined && mechanism !== undefined) save({ mechanism, ...given, count: 0 });
    },
    async refused({ condition }) {
      if (turn === undefined) return;
      turn = { stream: turn.stream, refused: true };
      // §4.1. The same may work later, and says nothing of the token.
      if (condition !== 'temporary-auth-failure' && condition !== 'aborted') await store.save(undefined);
    },
  };
}
