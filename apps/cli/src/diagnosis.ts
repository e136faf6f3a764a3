/** What `xeps doctor` has found, as lines of JSON and as text, and what to do about it. */
import type { SignIn, StoredCredentials } from '@xeps/client';
import { NS_SM } from '@xeps/xep-0198';
import { NS_CARBONS } from '@xeps/xep-0280';
import { NS_CSI } from '@xeps/xep-0352';
import type { Seen } from './sign-in-offer.ts';
import { byteSize, columns, localTime, oneLine } from './text.ts';

/** A way to the server. */
export interface FoundEndpoint {
  readonly service: string;
  /** Who says that it is there; `fallback` is the domain itself. */
  readonly from: 'option' | 'dns' | 'host-meta' | 'fallback';
  /** It was connected to, or that was tried. */
  readonly tried: boolean;
  /** The session is on it. */
  readonly used: boolean;
}

/** Something that the server does, or does not, beside passing on messages. */
export interface Service {
  readonly name: string;
  readonly spec: string;
  /** Undefined when nobody answered the question. */
  readonly offered: boolean | undefined;
  readonly jid?: string;
  readonly maxFileSize?: number;
}

/** All that there is to tell; what is not known is undefined. */
export interface Diagnosis {
  readonly account: string;
  readonly endpoints: readonly FoundEndpoint[];
  readonly seen: Seen;
  readonly signIn: (SignIn & { readonly ms: number }) | undefined;
  readonly session: { readonly jid: string; readonly resumed: boolean } | undefined;
  readonly services: readonly Service[];
  readonly stored: StoredCredentials | undefined;
  /** Where it is stored; undefined with `--no-store`. */
  readonly folder: string | undefined;
}

/** What may be worth doing; `code` is stable. */
export interface Advice {
  readonly code: string;
  readonly text: string;
}

/** The lines of JSON. */
export function diagnosisLines(diagnosis: Diagnosis): object[] {
  const { endpoints, seen, session, services } = diagnosis;
  const signIn = usedToSignIn(diagnosis);
  return [
    ...endpoints.map((endpoint) => ({ type: 'endpoint', ...endpoint })),
    ...(seen.channel === undefined ? [] : [{ type: 'tls', ...seen.channel }]),
    ...(seen.offer === undefined ? [] : [{ type: 'offer', ...seen.offer, limits: seen.limits }]),
    ...(signIn === undefined ? [] : [{ type: 'sign-in', ...signIn }]),
    ...(session === undefined ? [] : [{ type: 'session', ...session }]),
    ...services.map((service) => ({ type: 'service', ...service })),
    { type: 'stored', ...storedOf(diagnosis) },
    ...advise(diagnosis).map((advice) => ({ type: 'advice', ...advice })),
  ];
}

/** What of the account is stored, without what is secret. */
function storedOf({ stored, folder }: Diagnosis): {
  readonly folder: string | undefined;
  readonly token?: { readonly mechanism: string; readonly expiry: string | undefined } | undefined;
  readonly keys: readonly string[];
  readonly password: boolean;
  readonly mechanism: string | undefined;
} {
  const { token, scramKeys = {}, password, mechanism } = stored ?? {};
  return {
    folder,
    token: token && { mechanism: token.mechanism, expiry: token.expiry },
    // The rest of a key's name is the user, the salt and the iterations.
    keys: [...new Set(Object.keys(scramKeys).map((id) => `SCRAM-${id.split(',', 1)[0]!}`))],
    password: password !== undefined,
    mechanism,
  };
}

/** Tokens are bound to the channel by what their mechanism's name ends in. */
const tokenBindings: Readonly<Record<string, string>> = {
  EXPR: 'tls-exporter',
  UNIQ: 'tls-unique',
  ENDP: 'tls-server-end-point',
};

function usedToSignIn({ signIn }: Diagnosis): Diagnosis['signIn'] {
  if (signIn?.token !== true) return signIn;
  const channelBinding = tokenBindings[signIn.mechanism.slice(-4)];
  return { ...signIn, ...(channelBinding !== undefined && { channelBinding }) };
}

/** A line of the text, in cells; one that has nothing to say is left out. */
type Row = readonly (string | undefined)[];

/** The text for people. */
export function diagnosisText(diagnosis: Diagnosis): string {
  const advice = advise(diagnosis).map(({ text }) => [`- ${text}`]);
  return [
    section(`Way to the server of ${diagnosis.account}`, wayRows(diagnosis)),
    section('Offered to sign in', offerRows(diagnosis)),
    section('Signed in', signInRows(diagnosis)),
    section('Services', diagnosis.services.map(serviceRow)),
    section(`Stored in ${diagnosis.folder ?? 'memory alone'}`, storedRows(diagnosis)),
    section('Advice', advice),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(heading: string, rows: readonly Row[]): string {
  const known = rows.filter((row): row is readonly string[] => !row.includes(undefined));
  if (known.length === 0) return '';
  return [heading, ...columns(known.map((row) => row.map(oneLine))).map((line) => `  ${line}`)].join('\n');
}

function list(names: readonly string[] | undefined): string | undefined {
  return names === undefined || names.length === 0 ? undefined : names.join(', ');
}

function wayRows({ endpoints, seen: { channel } }: Diagnosis): Row[] {
  const sources = { 'option': 'given', 'dns': 'DNS', 'host-meta': 'host-meta', 'fallback': 'the domain itself' };
  const protection = channel?.secure === true ? `${channel.protocol ?? 'TLS'}, the certificate is valid` : 'none';
  return [
    ...endpoints.map(({ service, from, tried, used }) => [
      service,
      `${used ? 'used' : tried ? 'tried' : 'not needed'} (${sources[from]})`,
    ]),
    ['encryption', channel && protection],
  ];
}

/** What people call what can be enabled while an address is bound. */
const bindFeatures: Readonly<Record<string, string>> = {
  [NS_CARBONS]: 'carbons',
  [NS_CSI]: 'client state',
  [NS_SM]: 'acknowledgements',
};

function offerRows({ seen: { offer, limits } }: Diagnosis): Row[] {
  if (offer === undefined) return [];
  const steps = [
    ...(offer.bind2 === undefined ? [] : ['binding', ...offer.bind2.map((name) => bindFeatures[name] ?? name)]),
    ...(offer.resume ? ['resumption'] : []),
  ];
  const modern = offer.sasl2.length > 0;
  return [
    ['SASL', list(offer.sasl) ?? 'no'],
    ['SASL2', list(offer.sasl2) ?? 'no'],
    ['channel binding', list(offer.channelBindings) ?? 'not announced'],
    ['in one step', modern ? (list(steps) ?? 'nothing') : undefined],
    ['tokens', modern ? (list(offer.fast) ?? 'no') : undefined],
    ['upgrades', list(offer.upgrades)],
    ['version of this', offer.configVersion],
    ['largest stanza', limits.maxBytes === undefined ? undefined : byteSize(limits.maxBytes)],
    ['idle at most', limits.idleSeconds === undefined ? undefined : `${limits.idleSeconds} s`],
  ];
}

function signInRows(diagnosis: Diagnosis): Row[] {
  const { session } = diagnosis;
  const signIn = usedToSignIn(diagnosis);
  if (signIn === undefined) return [];
  const { token, mechanism, profile, channelBinding, ms, pipelined } = signIn;
  return [
    ['as', session?.jid],
    ['by', `${token ? 'token, ' : ''}${mechanism} (${profile === 'sasl2' ? 'SASL2' : 'SASL'})`],
    ['bound to TLS', channelBinding ?? 'no'],
    ['session', session && (session.resumed ? 'resumed' : 'new')],
    ['took', `${ms} ms${pipelined ? ', without waiting for the offer' : ''}`],
  ];
}

function serviceRow({ name, spec, offered, jid, maxFileSize }: Service): Row {
  const size = maxFileSize === undefined ? '' : `, files of ${byteSize(maxFileSize)} at most`;
  const state = offered === undefined ? 'no answer' : offered ? 'yes' : 'no';
  return [name, spec, jid === undefined ? state : `${state} (${jid}${size})`];
}

function storedRows(diagnosis: Diagnosis): Row[] {
  const { token, keys, password, mechanism } = storedOf(diagnosis);
  const until = token?.expiry === undefined ? '' : `, until ${localTime(new Date(token.expiry))}`;
  return [
    ['token', token === undefined ? 'none' : `${token.mechanism}${until}`],
    ['derived keys', list(keys) ?? 'none'],
    ['password', password ? 'yes' : undefined],
    ['strongest used', mechanism && `${mechanism}; less is refused`],
  ];
}

/** What may be worth doing about it. */
export function advise({ seen, signIn, services, stored, folder }: Diagnosis): Advice[] {
  const { offer, channel } = seen;
  const advice: Advice[] = [];
  const say = (code: string, text: string): void => void advice.push({ code, text });
  if (channel?.secure === false)
    say('no-tls', 'The connection is not encrypted. That is accepted because the server is on this machine.');
  if (offer !== undefined) {
    const mechanisms = [...offer.sasl, ...offer.sasl2];
    const scram = mechanisms.filter((name) => name.startsWith('SCRAM-'));
    if (scram.length === 0 && mechanisms.includes('PLAIN'))
      say('plain-only', 'The server wants to see the password itself (PLAIN): use it nowhere else.');
    if (scram.length > 0 && scram.every((name) => name.startsWith('SCRAM-SHA-1')))
      say(
        'sha-1',
        'The server has passwords hashed by SHA-1 only. Its operator can change that to SHA-256 or SHA-512.',
      );
    if (channel?.secure === true && scram.length > 0 && !scram.some((name) => name.endsWith('-PLUS')))
      say(
        'no-channel-binding',
        "Signing in can't be bound to the TLS connection: the server offers no -PLUS mechanism here.",
      );
    if (offer.sasl2.length === 0)
      say('no-sasl2', 'Without SASL2 (XEP-0388) signing in takes more round trips, and there are no tokens.');
    else if (offer.fast === undefined)
      say('no-tokens', 'The server gives out no tokens (XEP-0484): keys derived from the password are stored instead.');
  }
  if (signIn?.token === false && stored?.token !== undefined)
    say('token', 'There is a token now: the next command signs in by it, without the password.');
  if (signIn !== undefined && folder === undefined)
    say('no-store', 'Without --no-store the next command would need no password.');
  const texts: Readonly<Record<string, string>> = {
    acknowledgements: 'A message can be lost with the connection, and nobody would know.',
    carbons: 'xeps listen does not hear what other devices send and receive.',
    archive: "xeps history has nothing to read, and xeps listen can't read what it has missed.",
    upload: 'xeps upload, and xeps send --file, do not work.',
  };
  for (const { name, spec, offered } of services)
    if (offered === false && texts[name] !== undefined) say(`no-${name}`, `No ${spec}: ${texts[name]}`);
  return advice;
}
