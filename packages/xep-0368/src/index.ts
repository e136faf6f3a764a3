/**
 * XEP-0368: SRV records for XMPP over TLS. Mixes `_xmpps-client` records (direct TLS) with `_xmpp-client` records
 * (STARTTLS) into one list, in the order of priority and weight (RFC 2782). Pure: the look-up is the caller's.
 *
 * @packageDocumentation
 */
export {
  ALPN_XMPP_CLIENT,
  ALPN_XMPP_SERVER,
  groupEndpoints,
  isServiceDenied,
  orderByWeight,
  orderEndpoints,
  srvName,
} from './order.ts';
export type { SrvRecord, SrvService, TcpEndpoint } from './order.ts';
