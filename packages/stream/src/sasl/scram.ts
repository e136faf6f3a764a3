import { equalBytes, fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts';
import { digest, hmac } from './crypto.ts';
import type { ScramHash } from './crypto.ts';
import { SaslError } from './error.ts';
import type { SaslCondition } from './error.ts';
import { passwordOf } from './password.ts';
import { saslprep } from './saslprep.ts';
import { deriveScramKeys } from './scram-keys.ts';
import type { SaslCredentials, SaslMechanism, SaslMechanismFactory, ScramCheck } from './types.ts';

/** What a SCRAM mechanism accepts. */
export interface ScramOptions {
  /** Binds the exchange to the TLS channel: the mechanism's name ends in `-PLUS`. Default false. */
  readonly plus?: boolean;
  /** Fewest PBKDF2 iterations accepted; default 4096 (RFC 7677 §4). Fewer let an impostor guess the password cheaply. */
  readonly minIterations?: number;
  /** Most PBKDF2 iterations accepted; default 1,000,000. More would keep this device busy at the server's will. */
  readonly maxIterations?: number;
  /** Makes our nonce: printable ASCII without commas, different every time. Default: 24 random bytes in base64. */
  readonly nonce?: () => string;
}

const strengths: Record<ScramHash, number> = { 'SHA-1': 30, 'SHA-256': 40, 'SHA-512': 50 };

/** The values of `e=` (RFC 5802 §7) that mean something other than `not-authorized`. */
const serverErrors: Readonly<Record<string, SaslCondition>> = {
  'invalid-encoding': 'malformed-request',
  'extensions-not-supported': 'malformed-request',
  'invalid-username-encoding': 'malformed-request',
  'unsupported-channel-binding-type': 'malformed-request',
  'channel-binding-not-supported': 'malformed-request',
  'channel-bindings-dont-match': 'downgrade',
  'server-does-support-channel-binding': 'downgrade',
  'no-resources': 'temporary-auth-failure',
};

/**
 * SCRAM (RFC 5802, RFC 7677): proves knowledge of the password without sending it, and makes the server prove the same.
 *
 * @throws RangeError when the limits of iterations are the wrong way round
 */
/* @__NO_SIDE_EFFECTS__ */
export function scram(hash: ScramHash, options: ScramOptions = {}): SaslMechanismFactory {
  const { plus = false, minIterations = 4096, maxIterations = 1_000_000 } = options;
  if (!(minIterations >= 1 && maxIterations >= minIterations)) {
    throw new RangeError(`minIterations ${minIterations} and maxIterations ${maxIterations} leave nothing to accept`);
  }
  const name = `SCRAM-${hash}${plus ? '-PLUS' : ''}`;
  const strength = strengths[hash] + (plus ? 100 : 0);
  return {
    name,
    strength,
    unusable(credentials, { binding }) {
      if (credentials.username === '') return 'no user name';
      if (credentials.password === undefined && credentials.scramKeys === undefined) return 'no password';
      return plus && binding === undefined ? 'no channel binding' : undefined;
    },
    create(credentials, { offered = [], binding, checks = [] }) {
      if (plus && binding === undefined) throw new SaslError('no-mechanism', `${name} needs channel binding data`);
      // §6: `y` tells a server that does have -PLUS that somebody took it off the list that we saw.
      const otherwise = binding && !offered.some((other) => other.endsWith('-PLUS')) ? 'y' : 'n';
      const exchange: Exchange = {
        name,
        hash,
        credentials,
        flag: plus ? `p=${binding!.type}` : otherwise,
        bindingData: plus ? binding!.data : [],
        checks,
        minIterations,
        maxIterations,
        nonce: (options.nonce ?? randomNonce)(),
      };
      return mechanism(strength, exchange);
    },
  };
}

/** SCRAM-SHA-1 (RFC 5802). */
export const scramSha1: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-1');
/** SCRAM-SHA-256 (RFC 7677). */
export const scramSha256: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-256');
/** SCRAM-SHA-512 (draft-melnikov-scram-sha-512). */
export const scramSha512: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-512');
/** SCRAM-SHA-1-PLUS, bound to the TLS channel. */
export const scramSha1Plus: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-1', { plus: true });
/** SCRAM-SHA-256-PLUS, bound to the TLS channel. */
export const scramSha256Plus: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-256', { plus: true });
/** SCRAM-SHA-512-PLUS, bound to the TLS channel. */
export const scramSha512Plus: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-512', { plus: true });

/** What one exchange is about. */
interface Exchange extends Required<Omit<ScramOptions, 'plus' | 'nonce'>> {
  readonly name: string;
  readonly hash: ScramHash;
  readonly credentials: SaslCredentials;
  /** §6: `n`, `y`, or `p=` and the type of the channel binding. */
  readonly flag: string;
  readonly bindingData: Iterable<number>;
  readonly nonce: string;
  readonly checks: readonly ScramCheck[];
  /** Where the keys are kept, once the server's salt is known. */
  keyId?: string;
  /** Our proof was asked for. */
  proofSent?: boolean;
  /** The server has proved itself. */
  verified?: boolean;
}

function mechanism(strength: number, exchange: Exchange): SaslMechanism {
  const { name, credentials } = exchange;
  const steps = messages(exchange);
  return {
    name,
    strength,
    initial: async () => (await steps.next()).value!,
    async challenge(data) {
      exchange.verified = false;
      const { value } = await steps.next(data);
      // The server-final message may come in a challenge of its own (RFC 6120 §6.3.10), answered by nothing.
      if (value !== undefined || exchange.verified) return value ?? new Uint8Array();
      throw new SaslError('malformed-request', `The server's ${name} messages are out of order`);
    },
    async success(data) {
      if (data?.length) {
        exchange.verified = false;
        if (exchange.proofSent) await steps.next(data);
      }
      if (exchange.verified) return;
      await steps.return(undefined);
      throw new SaslError('server-signature-invalid', 'The server claims success without proving itself');
    },
    async failure() {
      await steps.return(undefined);
      if (exchange.keyId !== undefined) await credentials.scramKeys?.delete(exchange.keyId);
    },
  };
}

/**
 * The client's messages, each continued with the server's answer: client-first → server-first → client-final →
 * server-final, which must verify (§5). A fault ends a generator: nothing that comes later can make it succeed.
 */
async function* messages(exchange: Exchange): AsyncGenerator<Uint8Array, undefined, Uint8Array> {
  const { hash, credentials, minIterations, maxIterations } = exchange;
  const { username, authzid, scramKeys } = credentials;
  const gs2Header = `${exchange.flag},${authzid === undefined ? '' : `a=${escapeName(authzid)}`},`;
  const clientFirst = `n=${escapeName(saslprep(username, 'user name'))},r=${exchange.nonce}`;
  const serverFirst = decode(yield utf8(gs2Header + clientFirst));

  const { nonce, salt, saltText, iterations, attributes } = parseServerFirst(serverFirst);
  // §5.1: the server appends to our nonce; one that appends nothing lets an old exchange be played back.
  if (!nonce.startsWith(exchange.nonce) || nonce === exchange.nonce) {
    throw new SaslError('nonce', "The server's nonce does not continue ours: somebody is in between");
  }
  if (iterations < minIterations || iterations > maxIterations) {
    throw new SaslError(
      'iteration-count',
      `The server asks for ${iterations} PBKDF2 iterations; accepted are ${minIterations} to ${maxIterations}`,
    );
  }
  for (const check of exchange.checks) await check(attributes, hash);
  const keyId = `${hash},${username},${saltText},${iterations}`;
  exchange.keyId = keyId;
  let keys = await scramKeys?.get(keyId);
  if (!keys) {
    const password = await passwordOf(credentials, "No stored keys fit the server's salt");
    keys = await deriveScramKeys(hash, saslprep(password, 'password'), salt, iterations);
  }
  const binding = toBase64([...utf8(gs2Header), ...exchange.bindingData]);
  const withoutProof = `c=${binding},r=${nonce}`;
  const authMessage = utf8(`${clientFirst},${serverFirst},${withoutProof}`);
  const signature = await hmac(hash, await digest(hash, keys.clientKey), authMessage);
  const proof = keys.clientKey.map((byte, index) => byte ^ signature[index]!);
  exchange.proofSent = true;
  const [serverFinal = ''] = decode(yield utf8(`${withoutProof},p=${toBase64(proof)}`)).split(',');

  refuseServerError(serverFinal);
  const given = serverFinal.startsWith('v=') && fromBase64(serverFinal.slice(2));
  if (!given || !equalBytes(given, await hmac(hash, keys.serverKey, authMessage))) {
    throw new SaslError('server-signature-invalid', 'The server did not prove that it knows the password');
  }
  await scramKeys?.set(keyId, keys);
  exchange.verified = true;
  return undefined;
}

/** Reads `r=…,s=…,i=…`, in that order; what follows are extensions, to be ignored (§5.1). */
function parseServerFirst(message: string) {
  refuseServerError(message.split(',')[0]!);
  // §5.1: m= announces an extension that has to be understood, and none is.
  const [, nonce, saltText = '', iterations] = /^r=([!-+\--~]+),s=([^,]+),i=([1-9]\d{0,15})(?:,|$)/.exec(message) ?? [];
  const salt = fromBase64(saltText);
  if (nonce === undefined || salt === undefined) {
    throw new SaslError('malformed-request', "The server's first SCRAM message is malformed or needs an extension");
  }
  const attributes = new Map(message.split(',').map((part) => [part[0]!, part.slice(2)]));
  return { nonce, salt, saltText, iterations: Number(iterations), attributes };
}

/** §7: `e=` and why the server gives up, in place of what was expected. */
function refuseServerError(attribute: string): void {
  if (!attribute.startsWith('e=')) return;
  const text = attribute.slice(2);
  // Object.hasOwn: the value is the server's, and `constructor` is no condition.
  const condition = Object.hasOwn(serverErrors, text) ? serverErrors[text]! : 'not-authorized';
  throw new SaslError(condition, `The server refused the SCRAM exchange: ${text}`, { text });
}

/** §5.1: `,` and `=` have a meaning of their own in messages. */
function escapeName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

function decode(data: Uint8Array): string {
  try {
    return fromUtf8(data);
  } catch (cause) {
    throw new SaslError('malformed-request', "The server's SCRAM message is not UTF-8", { cause });
  }
}

function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(24)));
}
