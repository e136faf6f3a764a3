import type { FramingFactory, StreamModule } from '@xeps/stream';
import type { Endpoint } from './discovery/endpoint.ts';
import type { ConnectOptions, Transport } from './transport/types.ts';

/** What a client needs of where it runs. `Tls` and `Discovery` are the platform's own options. */
export interface Platform<Tls, Discovery> {
  /** Finds the endpoints of a domain, the best first, as far as they are asked for. */
  discover(domain: string, options: Discovery & { readonly signal: AbortSignal }): AsyncIterable<Endpoint>;
  /** Connects to one. */
  connect(
    endpoint: Endpoint,
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
  /** Calls back when the machine is back on the network or awake, until what it returns is called. */
  readonly onWake?: (callback: () => void) => () => void;
}
