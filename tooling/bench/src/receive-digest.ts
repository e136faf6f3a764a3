import { createHash } from 'node:crypto';

/**
 * How many bodies, and their texts. Only what is ASCII of them: `@xmpp/client` over TCP decodes each chunk by itself, and
 * tears the characters at their edges.
 */
export function digestOf(bodies: readonly string[]): string {
  const hash = createHash('sha256');
  for (const body of bodies) hash.update(`${body.replace(/[^\x20-\x7e]/g, '')}\n`);
  return `${bodies.length} bodies, ${hash.digest('hex')}`;
}
