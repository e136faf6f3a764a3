/**
 * Where the servers depart from what the specifications say, or lack what they leave open: by what it is, so that a test
 * asks for that and not for a server's name. Without a quirk a server does what is specified.
 */
import type { Lane, ServerKind } from './installation.ts';

interface Entry {
  /** What the server does instead. */
  readonly text: string;
  /** Which servers do so; of both lanes unless one is named. */
  readonly servers: readonly (readonly [kind: ServerKind, lane?: Lane])[];
}

const table = {
  'no-sasl2': {
    text: 'signs in by RFC 6120 alone',
    servers: [
      ['prosody', 'old'],
      ['ejabberd', 'old'],
    ],
  },
  'no-sasl2-on-wss': {
    text: 'takes a WebSocket for one without TLS, and offers it no SASL2 and no channel binding',
    servers: [['ejabberd']],
  },
  'no-fast-by-end-point': { text: 'XEP-0484: no HT-SHA-256-ENDP', servers: [['prosody']] },
  'end-point-announced-once': {
    text: 'XEP-0440: announces tls-server-end-point to its first TLS stream, and to none after it',
    servers: [['prosody']],
  },
  'tokens-outlive-passwords': {
    text: 'XEP-0484 §4.1: tokens stay good when the password is changed',
    servers: [['ejabberd']],
  },
  'no-scram-upgrades': { text: 'XEP-0480: offers none', servers: [['prosody'], ['xeps']] },
  'no-client-list': {
    text: 'XEP-0494: has no list of clients',
    servers: [['ejabberd'], ['prosody', 'old']],
  },
  'slow-resumption': {
    text: 'XEP-0198: needs more than a second between two resumptions, and swaps neighbours around one',
    servers: [['ejabberd']],
  },
  'websockets-stall': {
    text: 'is stuck for some 15 seconds a message with a WebSocket that broke off',
    servers: [['ejabberd']],
  },
  'csi-flushes': {
    text: 'XEP-0352: brings what it holds back whenever it hears from the client, and holds nothing back for 5 s then',
    servers: [['prosody']],
  },
  'archives-in-different-order': {
    text: 'two accounts have the same messages in another order in their archives',
    servers: [['ejabberd']],
  },
  'archive-takes-any-id': {
    text: 'XEP-0313 §4.3.2: ids are times, and one that was never given is one too',
    servers: [['ejabberd']],
  },
  'archive-of-others-is-own': {
    text: 'XEP-0313 §8.1: who asks for the archive of another account gets the own one',
    servers: [['ejabberd']],
  },
  'retracted-leave-archive': {
    text: 'XEP-0424 §5: takes what is retracted out of its archives, without a trace',
    servers: [['ejabberd']],
  },
  'forged-stanza-ids-pass': {
    text: 'XEP-0359 §3: lets a stanza-id in its own name through beside the true one',
    servers: [['prosody']],
  },
  'no-occupant-ids': { text: 'XEP-0421: rooms assign none', servers: [['ejabberd', 'old']] },
  'forged-occupant-ids-pass': {
    text: 'XEP-0421 §4: replaces one forged id, and lets a second through',
    servers: [['ejabberd', 'current']],
  },
  'everybody-invites': {
    text: 'XEP-0045 §7.8.2: any occupant sends invitations in the name of a room, with whatever is in them',
    servers: [['prosody']],
  },
  'no-affiliations-query': { text: 'XEP-0060 §5.7: can’t be asked for one’s affiliations', servers: [['prosody']] },
  'no-pages-of-items': { text: 'XEP-0060 §6.5.7: gives all items where a page is asked for', servers: [['prosody']] },
  'no-file-proxy': { text: 'XEP-0065: has no proxy', servers: [['xeps']] },
  'deleted-nodes-untold': {
    text: 'XEP-0060 §8.4.2: PEP tells nobody of a node that is deleted',
    servers: [['ejabberd']],
  },
} as const satisfies Readonly<Record<string, Entry>>;

/** The name of a departure; what it is stands in the table above. */
export type Quirk = keyof typeof table;

/** The quirks of a server. */
export function quirksOf(kind: ServerKind, lane: Lane): readonly Quirk[] {
  const entries = Object.entries(table) as unknown as readonly (readonly [Quirk, Entry])[];
  return entries
    .filter(([, { servers }]) => servers.some(([one, only]) => one === kind && (only === undefined || only === lane)))
    .map(([name]) => name);
}
