import { newId } from '@xeps/core';
import { parseJson, readCredentials } from './read.ts';
import type { StoredCredentials } from './types.ts';

/** What is as good as the password, or says how good a sign-in has to be: the same for all installations on a machine. */
type Shared = Pick<StoredCredentials, 'scramKeys' | 'mechanism' | 'password'>;

/** Identifiers that are random and say nothing about people, devices or places (Protocol Guidelines, resource generation). */
export function newInstallation(): StoredCredentials {
  return { userAgentId: uuid(), resource: newId().slice(0, 12) };
}

/** A UUID of version 4, RFC 9562 §5.4. The platform's own is missing on pages without https. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** What is the installation's own, and as text what it shares with others. */
export function splitCredentials(stored: StoredCredentials): {
  readonly mine: StoredCredentials;
  readonly shared: string;
} {
  const { scramKeys, mechanism, password, ...mine } = stored;
  return {
    mine,
    shared: JSON.stringify({ scramKeys, mechanism, password } satisfies { [K in keyof Shared]: unknown }),
  };
}

/**
 * Both together, from what was stored; undefined where nothing of use is shared. An installation without anything of its
 * own is a new one to the server.
 */
export function joinCredentials(
  mine: StoredCredentials | undefined,
  shared: string | undefined | null,
): StoredCredentials | undefined {
  const { scramKeys, mechanism, password } = (parseJson(shared) ?? {}) as Partial<Shared>;
  if ((scramKeys ?? mechanism ?? password) === undefined) return undefined;
  return readCredentials({ ...(mine ?? newInstallation()), scramKeys, mechanism, password });
}
