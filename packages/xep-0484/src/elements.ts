import type { Element } from '@xeps/core';

/** XEP-0484 §8. */
export const NS_FAST = 'urn:xmpp:fast:0';

/** A token as plain data. Whoever has it can sign in: keep it as carefully as a password (§4.1). */
export interface FastToken {
  /** The only mechanism that it may be used with, §3.4. */
  readonly mechanism: string;
  /** The secret. */
  readonly token: string;
  /** When it ends, in ISO 8601; absent when the server did not say. */
  readonly expiry?: string;
  /** How often it was used, for servers to tell a replay from an attempt (§3.4). */
  readonly count: number;
}

/** What a server offers, §3.1. */
export interface FastOffer {
  readonly mechanisms: readonly string[];
  /** Whether it takes the request to sign in as early data of TLS 1.3 (`tls-0rtt`). */
  readonly tls0rtt: boolean;
}

/** Reads the feature in the `<inline/>` of XEP-0388. */
export function decodeFast(feature: Element): FastOffer {
  const early: unknown = feature.attrs['tls-0rtt'];
  return {
    mechanisms: feature.getChildren('mechanism', NS_FAST).map((mechanism) => mechanism.getText().trim()),
    tls0rtt: early === 'true' || early === '1',
  };
}

/** Reads the token in `<success/>`, §3.3; undefined when there is none, or it is broken. */
export function decodeToken(success: Element): Pick<FastToken, 'token' | 'expiry'> | undefined {
  const { token, expiry } = (success.getChild('token', NS_FAST)?.attrs ?? {}) as Record<string, string | undefined>;
  if (!token) return undefined;
  if (expiry === undefined) return { token };
  const [, day = ''] = dateTime.exec(expiry) ?? [];
  try {
    // `Date` refuses numbers that are too high, but takes the 30th of February for the 1st of March.
    if (!new Date(day).toISOString().startsWith(day)) return undefined;
    return { token, expiry: new Date(expiry).toISOString() };
  } catch {
    return undefined;
  }
}

/** XEP-0082 §3.2. */
const dateTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
