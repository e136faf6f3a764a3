import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { groupEndpoints, isServiceDenied, srvName } from '@xeps/xep-0368';
import type { SrvRecord, SrvService, TcpEndpoint } from '@xeps/xep-0368';
import { ConnectionError } from '../transport/errors.ts';
import { asciiDomain } from '../transport/tls-identity.ts';

/** How to ask DNS. */
export interface SrvOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for both look-ups. Default 10,000. */
  readonly timeout?: number | undefined;
  /** DNS servers to ask, `address` or `address:port`. Default: the system's. */
  readonly dnsServers?: readonly string[] | undefined;
  /** Chooses by weight; gives numbers from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * The TCP endpoints of a domain, in groups of the same priority, in the order to try them: its SRV records for STARTTLS
 * and direct TLS as one list (RFC 6120 §3.2.1, XEP-0368), or port 5222 of the domain itself when it has none (§3.2.2).
 *
 * @throws ConnectionError `dns` when the domain says that it has no such service, or is no domain name; `aborted`
 */
export async function resolveSrvEndpoints(domain: string, options: SrvOptions = {}): Promise<TcpEndpoint[][]> {
  const { signal, timeout = 10_000, dnsServers, random } = options;
  const address = domain.replace(/^\[|\]$/g, '');
  const ascii = asciiDomain(domain);
  const fallback: TcpEndpoint = { kind: 'tcp', host: ascii, port: 5222, directTls: false };
  if (isIP(address) !== 0) return [[{ ...fallback, host: address }]];
  if (ascii === '') throw new ConnectionError('dns', `${JSON.stringify(domain)} is not a domain name`);
  // RFC 6761 §6.3: the names of this machine are not DNS's.
  if (ascii === 'localhost' || ascii.endsWith('.localhost')) return [[fallback]];

  throwIfAborted(domain, signal);
  const resolver = new Resolver({ timeout: Math.max(1, Math.floor(timeout / 3)), tries: 2 });
  if (dnsServers !== undefined) resolver.setServers(dnsServers);
  const cancel = (): void => resolver.cancel();
  const timer = setTimeout(cancel, timeout);
  signal?.addEventListener('abort', cancel);
  const ask = async (service: SrvService): Promise<SrvRecord[]> => {
    try {
      return await resolver.resolveSrv(srvName(service, ascii));
    } catch {
      // None, no answer, or an answer that is an error: the fallback is for all of them (RFC 6120 §3.2.1).
      // What DNS says is not trusted anyway: the certificate is checked against the domain.
      return [];
    }
  };
  try {
    const [starttls, directTls] = await Promise.all([ask('xmpp-client'), ask('xmpps-client')]);
    throwIfAborted(domain, signal);
    const groups = groupEndpoints(starttls, directTls, random);
    if (groups.length > 0) return groups;
    if (isServiceDenied(starttls) || isServiceDenied(directTls)) {
      throw new ConnectionError(
        'dns',
        `${domain} says in DNS that it has no XMPP service for clients: check its spelling`,
      );
    }
    return [[fallback]];
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function throwIfAborted(domain: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new ConnectionError('aborted', `Looking up ${domain} was aborted`, { cause: signal.reason });
  }
}
