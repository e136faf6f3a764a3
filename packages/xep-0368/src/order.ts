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
 * Orders records as RFC 2782 says: in groups by priority, the lowest first; within a group at random, in proportion to the
 * weights.
 *
 * @param random - gives numbers from 0 up to, not including, 1
 */
/* @__NO_SIDE_EFFECTS__ */
export function orderByWeight<T extends Pick<SrvRecord, 'priority' | 'weight'>>(
  records: readonly T[],
  random: () => number = Math.random,
): T[][] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].toSorted((left, right) => left - right);
  return priorities.map((priority) => {
    // Those of weight 0 come first, so that they are chosen only when the number drawn is 0.
    const group = records
      .filter((record) => record.priority === priority)
      .toSorted((left, right) => Math.sign(left.weight) - Math.sign(right.weight));
    const ordered: T[] = [];
    while (group.length > 0) {
      const total = group.reduce((sum, { weight }) => sum + weight, 0);
      const drawn = Math.floor(random() * (total + 1));
      let sum = 0;
      const index = group.findIndex(({ weight }) => (sum += weight) >= drawn);
      ordered.push(...group.splice(index, 1));
    }
    return ordered;
  });
}

/**
 * Orders the endpoints of both services as if they were one (§3 rule 1, {@link orderByWeight}), in groups of the same
 * priority. Records that deny the service, and ports that are none, are left out.
 *
 * @param starttls - the records of `_xmpp-client._tcp` (or `_xmpp-server._tcp`)
 * @param directTls - the records of `_xmpps-client._tcp` (or `_xmpps-server._tcp`)
 * @param random - gives numbers from 0 up to, not including, 1
 * @returns each endpoint once; empty when there are no records that can be used
 */
/* @__NO_SIDE_EFFECTS__ */
export function groupEndpoints(
  starttls: readonly SrvRecord[],
  directTls: readonly SrvRecord[],
  random: () => number = Math.random,
): TcpEndpoint[][] {
  const records = [
    ...starttls.map((record) => ({ ...record, directTls: false })),
    ...directTls.map((record) => ({ ...record, directTls: true })),
  ].filter((record) => !isRoot(record) && Number.isInteger(record.port) && record.port > 0 && record.port < 65_536);
  const seen = new Set<string>();
  const groups = orderByWeight(records, random).map((group) =>
    group.flatMap(({ name, port, directTls: tls }): TcpEndpoint[] => {
      const host = name.replace(/\.$/, '');
      const key = `${tls} ${host.toLowerCase()} ${port}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ kind: 'tcp', host, port, directTls: tls }];
    }),
  );
  return groups.filter((group) => group.length > 0);
}

/** The endpoints of {@link groupEndpoints} in one list, for whoever tries one after the other. */
/* @__NO_SIDE_EFFECTS__ */
export function orderEndpoints(
  starttls: readonly SrvRecord[],
  directTls: readonly SrvRecord[],
  random: () => number = Math.random,
): TcpEndpoint[] {
  return groupEndpoints(starttls, directTls, random).flat();
}

function isRoot({ name }: SrvRecord): boolean {
  return name === '.' || name === '';
}
