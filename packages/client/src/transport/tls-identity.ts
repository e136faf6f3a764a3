import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** The name of `domain` in DNS and TLS: A-labels, lower case, no final dot. Empty when it is no DNS name. */
export function asciiDomain(domain: string): string {
  return domainToASCII(domain).replace(/\.$/, '');
}

/** The names in a certificate. @param subjectAltName - as `node:tls` and `node:crypto` print it */
export function certificateNames(subjectAltName: string | undefined): string[] {
  // A name with a comma, a quote or a control character is printed in quotes, escaped; none such can match anything.
  return (subjectAltName ?? '').split(', ').filter((name) => name !== '' && !name.includes('"'));
}

/**
 * Whether one of a certificate's `names` stands for an XMPP domain: DNS-ID, SRV-ID or XmppAddr (RFC 6120 §13.7.1.2), or
 * an IP address. Common names don't count (RFC 9525). The host that was connected to plays no part: DNS can be forged.
 */
export function matchesDomain(names: readonly string[], domain: string): boolean {
  const address = domain.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0)
    return names.some((name) => name.startsWith('IP Address:') && sameAddress(name.slice(11), address));
  const ascii = asciiDomain(domain);
  if (ascii === '') return false;
  return names.some((name) => {
    if (name.startsWith('DNS:')) return matchesDnsName(name.slice(4), ascii);
    if (name.startsWith('othername:SRVName:_xmpp-client.')) return matchesDnsName(name.slice(31), ascii);
    if (name.startsWith('othername:XmppAddr:')) {
      // Printed as if its UTF-8 were Latin-1. A domain, and without wildcards (RFC 6120 §13.7.1.4).
      return asciiDomain(Buffer.from(name.slice(19), 'latin1').toString('utf8')) === ascii;
    }
    return false;
  });
}

/** RFC 9525 §6.3: a wildcard is the whole leftmost label and stands for exactly one. */
function matchesDnsName(pattern: string, domain: string): boolean {
  const name = pattern.toLowerCase().replace(/\.$/, '');
  if (!name.startsWith('*.')) return name === domain;
  const rest = name.slice(1);
  const dot = domain.indexOf('.');
  // `*.example` would cover every domain of a registry; RFC 9525 leaves that to the CA, but it costs nothing to refuse.
  return !rest.includes('*') && rest.indexOf('.', 1) > 0 && dot > 0 && domain.slice(dot) === rest;
}

function sameAddress(left: string, right: string): boolean {
  const canonical = (address: string): string =>
    isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
  return canonical(left) === canonical(right);
}
