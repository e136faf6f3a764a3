import type { Element } from '@xeps/core';
import type { StreamContext } from './module.ts';
import { chooseMechanism } from './sasl/index.ts';
import type {
  ChannelBinding,
  SaslContext,
  SaslCredentials,
  SaslMechanism,
  SaslMechanismFactory,
  ScramCheck,
} from './sasl/index.ts';

/** How a server offers to sign in. */
export interface SaslOffer {
  /** RFC 6120 §6, or XEP-0388. */
  readonly profile: 'sasl' | 'sasl2';
  readonly mechanisms: readonly string[];
  /** The stream features that the offer is part of. */
  readonly features: Element;
}

/** A mechanism that is about to be used, and why it could be. */
export interface SaslChoice {
  readonly mechanism: SaslMechanism;
  readonly offer: SaslOffer;
  /** What the channel could be bound by; the mechanism may or may not use it. */
  readonly binding: ChannelBinding | undefined;
  /** It uses a token of an earlier sign-in (XEP-0484). */
  readonly token?: boolean;
  /** It was sent before the server said anything. */
  readonly pipelined?: boolean;
}

/** Looks for attackers between this side and the server: at what is offered, chosen and said. */
export interface SaslGuard {
  readonly name: string;
  /** Looks at the offer, and adds to what mechanisms know. @throws SaslError `downgrade` */
  offered?(offer: SaslOffer, stream: StreamContext): Pick<SaslContext, 'binding' | 'checks'> | undefined;
  /** Looks at what would be used. @throws SaslError `downgrade` */
  chosen?(choice: SaslChoice, stream: StreamContext): void;
  /** It worked: both sides have proved themselves as far as the mechanism lets them. */
  succeeded?(choice: SaslChoice, stream: StreamContext): void | Promise<void>;
}

/** How to sign in, by whichever profile. */
export interface SaslOptions {
  /** The mechanisms that may be used; the strongest that the server offers too is taken. */
  readonly mechanisms: readonly SaslMechanismFactory[];
  /** Asked at the moment of use, so that a password can be fetched or typed. */
  readonly credentials: SaslCredentials | ((stream: StreamContext) => SaslCredentials | Promise<SaslCredentials>);
  /** Asked in this order. */
  readonly guards?: readonly SaslGuard[] | undefined;
  /** Treats the connection as one that nobody can read along, TLS or not: for a peer on the same machine. */
  readonly trustConnection?: boolean | undefined;
}

/**
 * Chooses the mechanism for an offer, with everything that the guards say.
 *
 * @throws SaslError
 */
export async function selectMechanism(
  options: SaslOptions,
  offer: SaslOffer,
  stream: StreamContext,
): Promise<SaslChoice> {
  const { guards = [], credentials } = options;
  const checks: ScramCheck[] = [];
  let binding: ChannelBinding | undefined;
  for (const guard of guards) {
    const more = guard.offered?.(offer, stream);
    binding = more?.binding ?? binding;
    checks.push(...(more?.checks ?? []));
  }
  const context = { secure: stream.secure || options.trustConnection === true, binding, checks };
  const given = typeof credentials === 'function' ? await credentials(stream) : credentials;
  const mechanism = chooseMechanism(offer.mechanisms, options.mechanisms, given, context);
  const choice = { mechanism, offer, binding };
  for (const guard of guards) guard.chosen?.(choice, stream);
  return choice;
}
