import type { StreamManagementChange, StreamManagementState } from '@xeps/xep-0198';

/** Numbers between 0 and 1 that depend on the seed only (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A change that the server and this side could make of a state. */
export function nextChange(random: () => number, { inbound, outbound, unacked }: StreamManagementState) {
  const kind = random();
  const change: StreamManagementChange =
    kind < 0.6
      ? { type: 'sent', stanza: { kind: 'message', text: `<message>${'ü'.repeat(random() * 200)}</message>` }, time: 1 }
      : kind < 0.8
        ? { type: 'acked', h: (outbound + Math.floor(random() * (unacked.length + 1))) >>> 0 }
        : { type: 'handled', h: inbound + 1 };
  return change;
}
