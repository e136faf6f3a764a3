/** The ALPN protocol for direct TLS to `_xmpps-client` (§3 rule 8). */
export const ALPN_XMPP_CLIENT = 'xmpp-client';
/** The ALPN protocol for direct TLS to `_xmpps-server` (§3 rule 9). */
export const ALPN_XMPP_SERVER = 'xmpp-server';

/** An SRV record (RFC 2782), with the names that `node:dns` uses. */
export interface SrvRecord {
  /** The target host. `.` or nothing says that the service is not provided. */
  readonly name: string;
  readonly port: number;
  /** Lower is tried first. */
  readonly priority: number;
  /** Share of the connections within a priority; 0 is for when there is nothing to choose. */
  readonly weight: number;
}

/** A host and port to connect to by TCP. */
export interface TcpEndpoint {
  readonly kind: 'tcp';
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (§3 rule 2); otherwise STARTTLS, never both (rules 3 and 5). */
  readonly directTls: boolean;
}

/** The services that have SRV records: those with an `s` are for direct TLS. */
export type SrvService = 'xmpp-client' | 'xmpps-client' | 'xmpp-server' | 'xmpps-server';

/** The name to look up: `_xmpps-client._tcp.example.org`. */
/* @__NO_SIDE_EFFECTS__ */
export function srvName(service: SrvService, domain: string): string {
  return `_${service}._tcp.${domain}`;
}

/**
 * Whether the records say that the service is not provided (RFC 2782: the target `.`). Where either service has
 * such a record, falling back to the domain's own addresses is forbidden (§5).
 */
/* @__NO_SIDE_EFFECTS__ */
export function isServiceDenied(records: readonly SrvRecord[]): boolean {
  return records.some(isRoot);
}

/**
 * Orders the endpoints of both services as if they were one (§3 rule 1): by priority, and within a priority at random,
 * in proportion to the weights (RFC 2782). Records that deny the service, and ports that are none, are left out.
 *
 * @param starttls - the records of `_xmpp-client._tcp` (or `_xmpp-server._tcp`)
 * @param directTls - the records of `_xmpps-client._tcp` (or `_xmpps-server._tcp`)
 * @param random - gives numbers from 0 up to, not including, 1
 * @returns each endpoint once; empty when there are no records that can be used
 */
/* @__NO_SIDE_EFFECTS__ */
export function orderEndpoints(
  starttls: readonly SrvRecord[],
  directTls: readonly SrvRecord[],
  random: () => number = Math.random,
): TcpEndpoint[] {
  const records = [
    ...starttls.map((record) => ({ record, directTls: false })),
    ...directTls.map((record) => ({ record, directTls: true })),
  ].filter(({ record }) => !isRoot(record) && Number.isInteger(record.port) && record.port > 0 && record.port < 65_536);
  const priorities = [...new Set(records.map(({ record }) => record.priority))].toSorted((left, right) => left - right);
  const ordered = new Map<string, TcpEndpoint>();
  for (const priority of priorities) {
    // RFC 2782: those of weight 0 come first, so that they are chosen only when the number drawn is 0.
    const group = records
      .filter(({ record }) => record.priority === priority)
      .toSorted((left, right) => Math.sign(left.record.weight) - Math.sign(right.record.weight));
    while (group.length > 0) {
      const total = group.reduce((sum, { record }) => sum + record.weight, 0);
      const drawn = Math.floor(random() * (total + 1));
      let sum = 0;
      const index = group.findIndex(({ record }) => (sum += record.weight) >= drawn);
      const [chosen] = group.splice(index, 1);
      const host = chosen!.record.name.replace(/\.$/, '');
      const endpoint: TcpEndpoint = { kind: 'tcp', host, port: chosen!.record.port, directTls: chosen!.directTls };
      const key = `${endpoint.directTls} ${host.toLowerCase()} ${endpoint.port}`;
      if (!ordered.has(key)) ordered.set(key, endpoint);
    }
  }
  return [...ordered.values()];
}

function isRoot({ name }: SrvRecord): boolean {
  return name === '.' || name === '';
}
