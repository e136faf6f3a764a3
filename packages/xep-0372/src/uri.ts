import { createJid, JidError, jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';

/** The address that an `xmpp:` URI names (RFC 5122 §2); `undefined` for other URIs and for broken ones. */
export function jidFromUri(uri: string): Jid | undefined {
  // What is before the path is the account to act as, what is after it an action.
  const [, path = ''] = /^xmpp:(?:\/\/[^/?#]*\/)?([^?#]*)/i.exec(uri) ?? [];
  const slash = path.indexOf('/');
  const bare = slash < 0 ? path : path.slice(0, slash);
  const at = bare.indexOf('@');
  try {
    // Decoded part by part: an encoded @ or / moves no boundary.
    return createJid({
      local: at < 0 ? undefined : decodeURIComponent(bare.slice(0, at)),
      domain: decodeURIComponent(bare.slice(at + 1)),
      resource: slash < 0 ? undefined : decodeURIComponent(path.slice(slash + 1)),
    });
  } catch (error) {
    if (error instanceof JidError || error instanceof URIError) return undefined;
    throw error;
  }
}

/**
 * The `xmpp:` URI of an address (RFC 5122 §2).
 *
 * @throws JidError when the text is not an address.
 */
export function jidToUri(address: Jid | string): string {
  const { local, domain, resource } = toJid(address);
  // An IPv6 address keeps its brackets and colons.
  const host = domain.startsWith('[') ? domain : encodeURIComponent(domain);
  const account = local === undefined ? host : `${encodeURIComponent(local)}@${host}`;
  return `xmpp:${account}${resource === undefined ? '' : `/${encodeURIComponent(resource)}`}`;
}
