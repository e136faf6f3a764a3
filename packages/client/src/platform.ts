import type { FramingFactory, SaslGuard, SaslMechanismFactory, StreamModule } from '@xeps/stream';
import type { HostMetaCache } from './discovery/discover.ts';
import type { Endpoint, NetworkEndpoint } from './discovery/endpoint.ts';
import type { passwordSignIn } from './password-sign-in.ts';
import type { ConnectOptions, Transport } from './transport/types.ts';

/** What a client needs of where it runs. `Tls` and `Discovery` are the platform's own options. */
export interface Platform<Tls, Discovery> {
  /** Finds the endpoints of a domain, in groups by priority, the best first, as far as they are asked for. */
  discover(
    domain: string,
    options: Discovery & { readonly signal: AbortSignal; readonly cache: HostMetaCache },
  ): AsyncIterable<readonly Endpoint[]>;
  /** Puts the addresses of hosts in the place of their names, in groups to be tried one after the other. */
  readonly resolve?: (
    group: readonly Endpoint[],
    options: Discovery & { readonly signal: AbortSignal },
  ) => AsyncIterable<readonly Endpoint[]>;
  /** Connects to one. */
  connect(
    endpoint: NetworkEndpoint,
    options: ConnectOptions & { readonly domain: string; readonly tls: Tls | undefined },
  ): Promise<Transport>;
  /** Reads a service address, such as `wss://example.org/ws`. Throws when it is none, or can't be used here. */
  parseService(text: string): Endpoint;
  /** Reads where a server sends its clients; undefined when a client here should not go there. */
  otherHost(text: string, from: Endpoint): Endpoint | undefined;
  /** How streams are laid on a transport. */
  framing(transport: Transport): FramingFactory;
  /** Steps that only this platform has. */
  readonly modules: readonly (() => StreamModule)[];
  /** Gets what signs in without a token. */
  readonly passwordSignIn: () => Promise<typeof passwordSignIn>;
  /** Mechanisms that only this platform has. */
  readonly mechanisms: readonly SaslMechanismFactory[];
  /** What this platform knows of its TLS, and can so guard against. */
  readonly guards: readonly SaslGuard[];
  /**
   * Calls back when the machine leaves the network (`online` is false), is back on it, or awake, until what it returns is
   * called.
   */
  readonly onWake?: (callback: (online: boolean) => void) => () => void;
}
