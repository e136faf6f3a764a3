/** What a client signs in with: the modules of its streams, in their order. */
import type { BindFeature } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { bind, NS_SASL } from '@xeps/stream';
import type { InlineFeature, SaslGuard, StreamModule } from '@xeps/stream';
import type { StreamManagement } from '@xeps/xep-0198';
import type { ClientState } from '@xeps/xep-0352';
import { bind2 } from '@xeps/xep-0386';
import { sasl2With } from '@xeps/xep-0388';
import { fast } from '@xeps/xep-0484';
import { pipelining } from '@xeps/xep-0509';
import type { AccountMemory } from './account.ts';
import type { ClientOptions } from './options.ts';
import type { PasswordSignIn } from './password-sign-in.ts';
import type { Platform } from './platform.ts';

/** How a client has signed in. */
export interface SignIn {
  /** RFC 6120 §6, or XEP-0388. */
  readonly profile: 'sasl' | 'sasl2';
  readonly mechanism: string;
  /** By a token of an earlier sign-in (XEP-0484). */
  readonly token: boolean;
  /** In the same packet as the stream's header. */
  readonly pipelined: boolean;
  /** What the mechanism was bound to the channel by. */
  readonly channelBinding?: string;
  /** `TLSv1.3`, where the platform tells. */
  readonly tls?: string;
}

/** What signing in is made of. */
export interface SignInParts {
  readonly jid: Jid;
  readonly options: ClientOptions;
  readonly platform: Pick<Platform<never, never>, 'passwordSignIn' | 'mechanisms' | 'guards' | 'modules'>;
  readonly account: AccountMemory;
  /** Undefined when streams are not to be managed. */
  readonly management: StreamManagement | undefined;
  readonly clientState: ClientState;
  readonly bindFeatures: Iterable<BindFeature>;
  /** Gives the token back instead of using it further. */
  readonly invalidate: boolean;
  signedIn(how: SignIn): void;
}

/** The modules for one stream. `trusted`: nobody else can read along, TLS or not. */
export function signInModules(parts: SignInParts, trusted: boolean): StreamModule[] {
  const { jid, options, account, management, clientState, platform } = parts;
  const report = reporter(parts);
  let loaded: PasswordSignIn | undefined;
  const load = async (): Promise<PasswordSignIn> =>
    (loaded ??= (await platform.passwordSignIn())(parts, trusted, report));
  const resource = jid.resource ?? options.resource;
  const named = jid.local !== undefined;
  const { software } = options;
  const inline: InlineFeature[] = [
    ...(management === undefined ? [] : [management.resumption]),
    // XEP-0386 has the server choose the resource.
    ...(resource === undefined && options.bind2 !== false ? [bind2({ tag: software, inline: bindInline(parts) })] : []),
  ];
  return [
    ...platform.modules.map((make) => make()),
    ...(options.sasl2 === false
      ? []
      : [
          sasl2With({
            select: async (offer, stream) => (await load()).select(offer, stream),
            get guards() {
              return loaded?.guards ?? [report];
            },
            account: named && options.credentials?.username === undefined ? jid : undefined,
            userAgent: { id: account.known.userAgentId, software, device: options.device },
            inline,
            tasks: options.tasks,
            ...(named && {
              token: fast({
                username: options.credentials?.username ?? jid.local,
                store: { load: () => account.known.token, save: (token) => account.update({ token }) },
                now: Date.now,
                trustConnection: trusted,
                invalidate: () => parts.invalidate,
              }),
              pipelining: pipelining({
                load: () => account.known.server,
                save: (server) => void account.update({ server }),
              }),
            }),
          }),
        ]),
    {
      name: 'sasl',
      boundary: (element) => loaded?.module.boundary?.(element),
      negotiate(features, stream) {
        if (stream.authenticated || features.getChild('mechanisms', NS_SASL) === undefined) return 'skip';
        return load().then(({ module }) => module.negotiate!(features, stream));
      },
    },
    // Before what may end the negotiation by resuming.
    clientState.module,
    ...(management === undefined ? [] : [management.module]),
    bind({ resource: resource ?? (named ? account.known.resource : undefined) }),
  ];
}

function bindInline({ management, clientState, bindFeatures }: SignInParts): InlineFeature[] {
  const features = Array.from(bindFeatures, ({ xmlns, request, enabled }): InlineFeature => ({
    name: xmlns,
    request: (offer) => (offer.get(xmlns) === undefined ? undefined : request()),
    answered: enabled,
  }));
  return [...(management === undefined ? [] : [management.enabling]), clientState.inline, ...features];
}

/** Tells how it went, once it has. */
function reporter({ signedIn, options, account }: SignInParts): SaslGuard {
  return {
    name: 'report',
    async succeeded({ mechanism, offer, binding, token = false, pipelined = false }, { tls }) {
      const bound = binding !== undefined && mechanism.name.endsWith('-PLUS');
      signedIn({
        profile: offer.profile,
        mechanism: mechanism.name,
        token,
        pipelined,
        ...(bound && { channelBinding: binding.type }),
        ...(tls?.protocol !== undefined && { tls: tls.protocol }),
      });
      const { password, rememberPassword } = options;
      if (rememberPassword === true && !token && typeof password === 'string' && account.known.password !== password)
        await account.update({ password });
    },
  };
}
