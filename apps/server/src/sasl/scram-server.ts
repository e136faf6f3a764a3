import { digest, equalBytes, fromBase64, hmac, toBase64, utf8 } from '@xeps/stream';
import type { ScramHash } from '@xeps/stream';
import { prepared, textOf } from './text.ts';
import { SaslFailure } from './types.ts';
import type { MechanismContext, ScramSecret, ServerMechanism, ServerStep } from './types.ts';

/** What differs from exchange to exchange. */
export interface ScramServerOptions {
  /** This side's part of the nonce: printable ASCII without commas. */
  readonly nonce?: string;
}

/** Makes salts for accounts that there are not: always the same for one name, so that asking twice tells nothing. */
const stranger = crypto.getRandomValues(new Uint8Array(32));

/** SCRAM in the server's role (RFC 5802, RFC 7677), bound to the TLS channel when `plus`. */
export function scramServer(
  hash: ScramHash,
  plus: boolean,
  context: MechanismContext,
  { nonce = toBase64(crypto.getRandomValues(new Uint8Array(18))) }: ScramServerOptions = {},
): ServerMechanism {
  const steps = exchange(hash, plus, context, nonce);
  let begun: Promise<unknown> | undefined;
  return {
    name: `SCRAM-${hash}${plus ? '-PLUS' : ''}`,
    async step(data) {
      await (begun ??= steps.next(new Uint8Array()));
      const { value } = await steps.next(data);
      if (value === undefined) throw new SaslFailure('malformed-request', 'the exchange is over');
      return value;
    },
  };
}

/** client-first → server-first → client-final → server-final (RFC 5802 §5). A fault ends it for good. */
async function* exchange(
  hash: ScramHash,
  plus: boolean,
  context: MechanismContext,
  ownNonce: string,
): AsyncGenerator<ServerStep | undefined, undefined, Uint8Array> {
  const first = parseClientFirst(textOf(yield undefined));
  const binding = bindingOf(first.flag, plus, context);
  const username = prepared(first.username);
  const known = await context.secrets.scram(username, hash);
  const secret = known ?? (await secretOfNobody(hash, username));

  const nonce = first.nonce + ownNonce;
  const proof = await hashOffer(hash, context.offered);
  const serverFirst = `r=${nonce},s=${toBase64(secret.salt)},i=${secret.iterations},h=${proof}`;
  const clientFinal = textOf(yield { kind: 'challenge', data: utf8(serverFirst) });

  // §7: c=, r=, perhaps extensions, and p= as the last.
  const [, withoutProof = '', cbind = '', given, proofText = ''] =
    /^(c=([A-Za-z0-9+/=]*),r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/=]+)$/.exec(clientFinal) ?? [];
  const bindingData = fromBase64(cbind);
  const proved = fromBase64(proofText);
  if (bindingData === undefined || proved === undefined || withoutProof === '') {
    throw new SaslFailure('malformed-request', 'a client-final message that RFC 5802 does not know');
  }
  const expectedBinding = Uint8Array.from([...utf8(first.gs2Header), ...(binding ?? [])]);
  // §5.1: the binding as it is on this side of the channel; the nonce as it was agreed upon.
  if (!equalBytes(bindingData, expectedBinding)) throw new SaslFailure('not-authorized', 'bound to another channel');
  if (given !== nonce) throw new SaslFailure('not-authorized', 'another nonce');

  const authMessage = utf8(`${first.bare},${serverFirst},${withoutProof}`);
  const signature = await hmac(hash, Uint8Array.from(secret.storedKey), authMessage);
  const clientKey = proved.map((byte, index) => byte ^ (signature[index] ?? 0));
  const good = equalBytes(new Uint8Array(await digest(hash, clientKey)), secret.storedKey);
  if (!good || known === undefined) throw new SaslFailure('not-authorized', `not the password of ${username}`);
  const verifier = utf8(`v=${toBase64(await hmac(hash, secret.serverKey, authMessage))}`);
  yield { kind: 'success', username, authzid: first.authzid, data: verifier };
  return undefined;
}

/** §7: the client's first message. */
function parseClientFirst(message: string) {
  const [, gs2Header, flag, authzid, bare, name = '', nonce] =
    /^((n|y|p=[A-Za-z0-9.-]+),(?:a=([^,]*))?,)(n=([^,]+),r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*)$/.exec(message) ?? [];
  if (gs2Header === undefined || flag === undefined || bare === undefined || nonce === undefined) {
    // Among them `m=`: an extension that would have to be understood.
    throw new SaslFailure('malformed-request', 'a client-first message that RFC 5802 does not know');
  }
  return { gs2Header, flag, bare, nonce, username: unescapeName(name), authzid: authzid && unescapeName(authzid) };
}

/** The data that the exchange must be bound to; undefined for none (§6). */
function bindingOf(flag: string, plus: boolean, { bindings, offered }: MechanismContext): Uint8Array | undefined {
  if (flag.startsWith('p=') !== plus) {
    throw new SaslFailure(
      'malformed-request',
      plus ? 'a -PLUS mechanism without channel binding' : 'channel binding without -PLUS',
    );
  }
  // `y`: the client could, and believes that the server can't. Somebody has changed what was offered.
  if (flag === 'y' && offered.mechanisms.some((name) => name.endsWith('-PLUS'))) {
    throw new SaslFailure('not-authorized', 'the server does support channel binding');
  }
  if (!plus) return undefined;
  const data = bindings.get(flag.slice(2));
  if (data === undefined) throw new SaslFailure('malformed-request', `no channel binding ${flag.slice(2)} here`);
  return data;
}

/** XEP-0474 §6.1: the hash of what was offered, in the form in which the client can compute it too. */
async function hashOffer(hash: ScramHash, { mechanisms, bindings }: MechanismContext['offered']): Promise<string> {
  const list = (names: readonly string[]): string => names.toSorted().join('\x1E');
  const text = list(mechanisms) + (bindings.length === 0 ? '' : `\x1F${list(bindings)}`);
  return toBase64(new Uint8Array(await digest(hash, utf8(text))));
}

async function secretOfNobody(hash: ScramHash, username: string): Promise<ScramSecret> {
  const made = await hmac('SHA-256', stranger, utf8(username));
  return { hash, salt: made.slice(0, 16), iterations: 4096, storedKey: made, serverKey: made };
}

/** §5.1: `=2C` and `=3D`, and no other use of `=`. */
function unescapeName(name: string): string {
  if (/=(?!2C|3D)/.test(name)) throw new SaslFailure('malformed-request', 'a name with an "=" that means nothing');
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
