import type { Comparison } from './harness.ts';

/** What was aimed at (docs/decisions/0003-size-and-speed.md). `least` is a ratio: at least so many times as fast, or so much less time. */
interface Target {
  readonly bench: string;
  readonly against: string;
  readonly least: number;
}

const targets: readonly Target[] = [
  { bench: 'parse-tcp', against: '@xmpp/xml', least: 2 },
  { bench: 'parse-websocket', against: '@xmpp/xml', least: 3 },
  { bench: 'decode-tcp', against: 'stanza', least: 8 },
  { bench: 'decode-websocket', against: 'stanza', least: 10 },
  { bench: 'encode-message', against: 'ltx', least: 1.4 },
  { bench: 'encode-archive', against: 'ltx', least: 1.4 },
  // At most 0.4 times the CPU time of the one, at most 0.1 times that of the other.
  { bench: 'receive-tcp', against: '@xmpp/client', least: 2.5 },
  { bench: 'receive-websocket', against: '@xmpp/client', least: 2.5 },
  { bench: 'receive-websocket', against: 'stanza', least: 10 },
  // At most 1.05 times the wall time.
  { bench: 'catch-up-prosody', against: 'byte counter', least: 0.95 },
  { bench: 'catch-up-ejabberd', against: 'byte counter', least: 0.95 },
  { bench: 'catch-up-prosody: conversations', against: 'byte counter', least: 0.95 },
  { bench: 'catch-up-ejabberd: conversations', against: 'byte counter', least: 0.95 },
];

/** Milliseconds that nothing which somebody waits for may take in a store, in 95 of 100 cases. */
export const storeTarget = 50;

/** A remark on a comparison that has a target; otherwise nothing. */
export function remark({ bench, against, ratio }: Comparison): string {
  const target = targets.find((candidate) => candidate.bench === bench && candidate.against === against);
  if (target === undefined) return '';
  return `; target ${target.least}: ${ratio >= target.least ? 'reached' : 'NOT REACHED'}`;
}
