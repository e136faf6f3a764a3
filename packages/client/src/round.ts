import { DisconnectedError, XmppError } from '@xeps/core';
import { StreamError } from '@xeps/stream';
import { raceConnections } from '@xeps/xep-0495';
import type { RaceClock } from '@xeps/xep-0495';
import { formatService } from './discovery/endpoint.ts';
import type { Endpoint } from './discovery/endpoint.ts';
import { endsTheRound, roundError } from './retry.ts';
import type { Failure } from './retry.ts';
import type { Transport } from './transport/types.ts';

/** What a round is made of. */
export interface RoundParts {
  readonly clock: RaceClock;
  /** Whom it leads to, for messages. */
  readonly name: string;
  /** Where to connect, in groups that are tried one after the other, the best first; asked before every round. */
  endpoints(signal: AbortSignal): AsyncIterable<readonly Endpoint[]>;
  /** Puts the addresses of hosts in the place of their names; left out where the platform does that by itself. */
  readonly resolve?:
    | ((group: readonly Endpoint[], signal: AbortSignal) => AsyncIterable<readonly Endpoint[]>)
    | undefined;
  connect(endpoint: Endpoint, options: { readonly signal: AbortSignal; readonly timeout: number }): Promise<Transport>;
  /** Reads where a server sends its clients, RFC 6120 §4.9.3.19; undefined when this side should not go there. */
  otherHost?(text: string, from: Endpoint): Endpoint | undefined;
}

/** How a round goes. */
export interface RoundOptions<T> {
  readonly signal: AbortSignal;
  /** Milliseconds for each endpoint. */
  readonly timeout: number;
  /** An endpoint is being tried. */
  connecting(endpoint: string): void;
  /** Signs in on a connection, or rejects with the connection destroyed. */
  signIn(transport: Transport, endpoint: Endpoint): Promise<T>;
}

/** How often servers may send us elsewhere. */
const maxDetours = 3;

/**
 * Tries every endpoint until one lets us sign in. Those of a group race until one has a transport (XEP-0495), on which
 * signing in follows; what another endpoint might not meet lets the race go on with the others.
 *
 * @throws XmppError what can't be helped by trying another endpoint, or of all of them together
 */
export async function round<T extends object>(parts: RoundParts, options: RoundOptions<T>): Promise<T> {
  const { clock, name } = parts;
  const { signal, timeout } = options;
  const failures: Failure[] = [];
  let detours = 0;

  const failed = (endpoint: Endpoint, error: unknown): void => {
    const at = formatService(endpoint);
    const known =
      error instanceof XmppError ? error : new DisconnectedError(`connecting to ${at} failed`, { cause: error });
    failures.push({ endpoint: at, error: known });
  };
  const connect = async (endpoint: Endpoint, attempt: AbortSignal): Promise<Transport> => {
    options.connecting(formatService(endpoint));
    try {
      return await parts.connect(endpoint, { signal: attempt, timeout });
    } catch (error) {
      if (!attempt.aborted) failed(endpoint, error);
      throw error;
    }
  };
  async function* resolved(
    groups: AsyncIterable<readonly Endpoint[]> | Iterable<readonly Endpoint[]>,
  ): AsyncGenerator<readonly Endpoint[]> {
    for await (const group of groups) {
      if (parts.resolve === undefined) yield group;
      else yield* parts.resolve(group, signal);
    }
  }
  async function attempt(groups: Parameters<typeof resolved>[0]): Promise<T | undefined> {
    const race = { clock, signal, discard: (transport: Transport) => transport.destroy() };
    for await (const { candidate, connection } of raceConnections(resolved(groups), connect, race)) {
      options.connecting(formatService(candidate));
      try {
        return await options.signIn(connection, candidate);
      } catch (error) {
        if (signal.aborted || !(error instanceof XmppError)) throw error;
        failed(candidate, error);
        const text = error instanceof StreamError ? error.seeOtherHost : undefined;
        if (text === undefined && endsTheRound(error)) throw error;
        const other = text === undefined || detours >= maxDetours ? undefined : parts.otherHost?.(text, candidate);
        if (other === undefined) continue;
        detours += 1;
        const online = await attempt([[other]]);
        if (online !== undefined) return online;
      }
    }
    return undefined;
  }
  const online = await attempt(parts.endpoints(signal));
  if (online !== undefined) return online;
  throw roundError(name, failures);
}
