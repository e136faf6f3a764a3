import type { Element } from '@xeps/core';

/** XEP-0509 §6.1. */
export const NS_IAP = 'urn:xmpp:iap:0';

/** §2.1: the version of a server's features; undefined when it says none. To be sent back as it is. */
export function decodeConfigVersion(features: Element): Element | undefined {
  const version = features.getChild('config-version', NS_IAP);
  return version?.attrs['value'] ? version : undefined;
}

/** §2.2: whether a failure only means that the features are not those that the request was based on. */
export function isMismatch(failure: Element): boolean {
  return failure.getChild('config-version-mismatch', NS_IAP) !== undefined;
}
