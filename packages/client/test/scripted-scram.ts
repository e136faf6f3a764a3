/** The server's side of SCRAM (RFC 5802), by node:crypto and not by what it tests, and what it can do wrong. */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { header } from './scripted-server.ts';
import type { Peer } from './scripted-server.ts';

export type Hash = 'SHA-1' | 'SHA-256' | 'SHA-512';
/** RFC 6120 §6 or XEP-0388. */
export type Profile = 'sasl' | 'sasl2';

/** An honest exchange for the password `secret`, each part of it replaceable. */
export interface ScramScript {
  readonly hash?: Hash;
  readonly plus?: boolean;
  readonly password?: string;
  /** `i=`, as it is sent. */
  readonly iterations?: number | string;
  /** `r=` of the server's first message. */
  readonly nonce?: (clientNonce: string) => string;
  /** The server's last message; undefined for none. */
  readonly serverFinal?: (honest: string) => string | undefined;
  /** The type and the data that the client has to bind to. */
  readonly binding?: { readonly type: string; readonly data: Buffer };
}

/** How an exchange went. */
export interface ScramResult {
  /** The client's first message with its header. */
  readonly clientFirst: string;
  /** What else is in the request to sign in. */
  readonly request: string;
  /** Whether the client has proved that it knows the password, and that it is on this channel. */
  readonly proved: boolean;
  /** What is to stand in `<success/>`. */
  readonly serverFinal: string | undefined;
}

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const fromBase64 = (text: string): string => Buffer.from(text, 'base64').toString();
const names = { sasl: 'urn:ietf:params:xml:ns:xmpp-sasl', sasl2: 'urn:xmpp:sasl:2' };
const salt = Buffer.from('a salt of 16 by.');

/** The features of a stream on which SCRAM is all that there is. */
export function scramFeatures(profile: Profile, script: ScramScript = {}, inline = ''): string {
  const { hash = 'SHA-256', plus = false } = script;
  const mechanism = `<mechanism>SCRAM-${hash}${plus ? '-PLUS' : ''}</mechanism>`;
  const types = `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='${script.binding?.type}'/></sasl-channel-binding>`;
  return (
    (profile === 'sasl'
      ? `<mechanisms xmlns='${names.sasl}'>${mechanism}</mechanisms>`
      : `<authentication xmlns='${names.sasl2}'>${mechanism}<inline>${inline}</inline></authentication>`) +
    (plus ? types : '')
  );
}

/** Reads the client's first message, and answers it. */
export async function scramChallenge(
  peer: Peer,
  profile: Profile,
  script: ScramScript,
): Promise<{ request: string; clientFirst: string; bare: string; serverFirst: string }> {
  const { iterations = 4096, nonce = (ours) => `${ours}server` } = script;
  const pattern =
    profile === 'sasl'
      ? /<auth [^>]*>([^<]*)<\/auth>/
      : /<authenticate [^>]*><initial-response>([^<]*)<\/initial-response>.*<\/authenticate>/s;
  const [request, data] = await peer.heard(pattern);
  const clientFirst = fromBase64(data!);
  const bare = clientFirst.slice(clientFirst.indexOf('n=', 2));
  const serverFirst = `r=${nonce(bare.slice(bare.indexOf(',r=') + 3))},s=${base64(salt)},i=${iterations}`;
  peer.say(`<challenge xmlns='${names[profile]}'>${base64(serverFirst)}</challenge>`);
  return { request, clientFirst, bare, serverFirst };
}

/** Has a client prove itself, and computes what proves the server. Says neither success nor failure. */
export async function scramExchange(peer: Peer, profile: Profile, script: ScramScript = {}): Promise<ScramResult> {
  const { hash = 'SHA-256', password = 'secret', iterations = 4096, binding } = script;
  const { request, clientFirst, bare, serverFirst } = await scramChallenge(peer, profile, script);
  const [, data] = await peer.heard(/<response [^>]*>([^<]*)<\/response>/);
  const clientFinal = fromBase64(data!);
  const [, withoutProof, channel, proof] = /^(c=([^,]+),r=[^,]+),p=([^,]+)$/.exec(clientFinal)!;
  const digest = hash.replace('-', '').toLowerCase();
  const hmac = (key: Buffer, text: string): Buffer => createHmac(digest, key).update(text).digest();
  const size = createHash(digest).digest().length;
  const salted = pbkdf2Sync(password, salt, Number(iterations), size, digest);
  const clientKey = hmac(salted, 'Client Key');
  const message = `${bare},${serverFirst},${withoutProof!}`;
  const signature = hmac(createHash(digest).update(clientKey).digest(), message);
  const expected = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
  const given = Buffer.from(proof!, 'base64');
  const bound = base64(Buffer.concat([Buffer.from(clientFirst.slice(0, -bare.length)), binding?.data ?? Buffer.of()]));
  const proved = given.length === size && timingSafeEqual(given, expected) && bound === channel;
  const honest = `v=${base64(hmac(hmac(salted, 'Server Key'), message))}`;
  const serverFinal = script.serverFinal === undefined ? honest : script.serverFinal(honest);
  return { request, clientFirst, proved, serverFinal };
}

/** `<success/>` with the server's last message. `content` is what else SASL2 says, after the identifier. */
export function scramSuccess(
  profile: Profile,
  serverFinal: string | undefined,
  content = '',
  jid = 'juliet@localhost/chosen',
): string {
  const data = serverFinal === undefined ? '' : base64(serverFinal);
  if (profile === 'sasl') return `<success xmlns='${names.sasl}'>${data}</success>`;
  const proof = serverFinal === undefined ? '' : `<additional-data>${data}</additional-data>`;
  return `<success xmlns='${names.sasl2}'>${proof}<authorization-identifier>${jid}</authorization-identifier>${content}</success>`;
}

/** Lets a client sign in over TCP by SCRAM, up to what follows success. */
export async function authenticateByScram(
  peer: Peer,
  profile: Profile,
  script: ScramScript = {},
  after: {
    readonly inline?: string;
    readonly content?: string;
    readonly jid?: string;
    readonly features?: string;
  } = {},
): Promise<ScramResult> {
  await peer.heard(/<stream:stream [^>]*>/);
  peer.say(`${header()}<stream:features>${scramFeatures(profile, script, after.inline)}</stream:features>`);
  const result = await scramExchange(peer, profile, script);
  peer.say(scramSuccess(profile, result.serverFinal, after.content, after.jid));
  if (profile === 'sasl') {
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header());
  }
  peer.say(`<stream:features>${after.features ?? ''}</stream:features>`);
  return result;
}
