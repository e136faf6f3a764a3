import { concat, equalBytes, fromBase64, fromUtf8, toBase64, utf8 } from './bytes.ts';
import { SaslError } from './error.ts';
import type { SaslCondition } from './error.ts';
import { saslprep } from './saslprep.ts';
import { deriveScramKeys, digest, hmac } from './scram-keys.ts';
import type { ScramHash } from './scram-keys.ts';
import type { SaslCredentials, SaslMechanism, SaslMechanismFactory, ScramKeys } from './types.ts';

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
    unusable(credentials) {
      if (credentials.username === '') return 'no user name';
      if (credentials.password === undefined && credentials.scramKeys === undefined) return 'no password';
      if (plus && findBinding(credentials) === undefined) return 'no channel binding';
      return undefined;
    },
    create(credentials, { offered = [] }) {
      const limits = { minIterations, maxIterations, nonce: options.nonce ?? randomNonce };
      // §6: `y` tells a server that does have -PLUS that somebody took it off the list that we saw.
      const canBind = findBinding(credentials) !== undefined;
      const binding = plus ? findBinding(credentials) : undefined;
      if (plus && binding === undefined) throw new SaslError('no-mechanism', `${name} needs channel binding data`);
      const flag = binding
        ? `p=${binding.type}`
        : canBind && !offered.some((other) => other.endsWith('-PLUS'))
          ? 'y'
          : 'n';
      return exchange(name, strength, hash, credentials, flag, binding?.data ?? new Uint8Array(), limits);
    },
  };
}

/** SCRAM-SHA-1 (RFC 5802). */
export const scramSha1: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-1');
/** SCRAM-SHA-256 (RFC 7677). */
export const scramSha256: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-256');
/** SCRAM-SHA-512 (draft-melnikov-scram-sha-512). */
export const scramSha512: SaslMechanismFactory = /* @__PURE__ */ scram('SHA-512');

interface Limits {
  readonly minIterations: number;
  readonly maxIterations: number;
  readonly nonce: () => string;
}

/** One exchange: client-first → server-first → client-final → server-final, which must verify (§5). */
function exchange(
  name: string,
  strength: number,
  hash: ScramHash,
  credentials: SaslCredentials,
  flag: string,
  bindingData: Uint8Array,
  limits: Limits,
): SaslMechanism {
  let state: 'new' | 'first-sent' | 'final-sent' | 'verified' | 'failed' = 'new';
  const gs2Header = `${flag},${credentials.authzid === undefined ? '' : `a=${escapeName(credentials.authzid)}`},`;
  let clientNonce = '';
  let clientFirstBare = '';
  let authMessage = new Uint8Array();
  let keys: ScramKeys | undefined;
  let keyId = '';

  const answerServerFirst = async (message: string): Promise<Uint8Array> => {
    const { nonce, salt, saltText, iterations } = parseServerFirst(message);
    // §5.1: the server appends to our nonce; one that appends nothing lets an old exchange be played back.
    if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
      throw new SaslError('nonce', "The server's nonce does not continue ours: it is not the server that we talk to");
    }
    const { minIterations, maxIterations } = limits;
    if (iterations < minIterations || iterations > maxIterations) {
      throw new SaslError(
        'iteration-count',
        `The server asks for ${iterations} PBKDF2 iterations; accepted are ${minIterations} to ${maxIterations}`,
      );
    }
    keyId = `${hash},${credentials.username},${saltText},${iterations}`;
    keys = (await credentials.scramKeys?.get(keyId)) ?? undefined;
    if (keys === undefined) {
      if (credentials.password === undefined) {
        throw new SaslError(
          'credentials-expired',
          "The stored keys do not fit the server's salt: the password is needed",
        );
      }
      keys = await deriveScramKeys(hash, saslprep(credentials.password, 'password'), salt, iterations);
    }
    const binding = toBase64(concat(utf8(gs2Header), bindingData));
    const withoutProof = `c=${binding},r=${nonce}`;
    authMessage = utf8(`${clientFirstBare},${message},${withoutProof}`);
    const signature = await hmac(hash, await digest(hash, keys.clientKey), authMessage);
    const proof = keys.clientKey.map((byte, index) => byte ^ signature[index]!);
    return utf8(`${withoutProof},p=${toBase64(proof)}`);
  };

  const verifyServerFinal = async (message: string): Promise<void> => {
    const [first = ''] = message.split(',');
    if (first.startsWith('e=')) throw serverError(first.slice(2));
    const given = first.startsWith('v=') ? fromBase64(first.slice(2)) : undefined;
    if (given === undefined || !equalBytes(given, await hmac(hash, keys!.serverKey, authMessage))) {
      throw new SaslError('server-signature-invalid', 'The server did not prove that it knows the password');
    }
    await credentials.scramKeys?.set(keyId, keys!);
  };

  /** Whatever goes wrong ends the exchange: nothing that comes later can make it succeed. */
  const step = async <T>(expected: typeof state, next: typeof state, work: () => Promise<T>): Promise<T> => {
    if (state !== expected) {
      state = 'failed';
      throw new SaslError('malformed-request', `The server's ${name} messages are out of order`);
    }
    state = 'failed';
    const result = await work();
    state = next;
    return result;
  };

  return {
    name,
    strength,
    initial: () =>
      step('new', 'first-sent', async () => {
        clientNonce = limits.nonce();
        clientFirstBare = `n=${escapeName(saslprep(credentials.username, 'user name'))},r=${clientNonce}`;
        return utf8(gs2Header + clientFirstBare);
      }),
    challenge: (data) =>
      state === 'final-sent'
        ? // The server-final message may come in a challenge of its own (RFC 6120 §6.3.10), answered by nothing.
          step('final-sent', 'verified', async () => {
            await verifyServerFinal(decode(data));
            return new Uint8Array();
          })
        : step('first-sent', 'final-sent', () => answerServerFirst(decode(data))),
    async success(data) {
      if (state === 'verified' && (data === undefined || data.length === 0)) return;
      if (state !== 'final-sent' || data === undefined) {
        state = 'failed';
        throw new SaslError(
          'server-signature-invalid',
          'The server claims success without proving that it knows the password',
        );
      }
      await step('final-sent', 'verified', () => verifyServerFinal(decode(data)));
    },
    async failure() {
      state = 'failed';
      if (keyId !== '') await credentials.scramKeys?.delete(keyId);
    },
  };
}

/** Reads `r=…,s=…,i=…`, in that order; what follows are extensions, to be ignored (§5.1). */
function parseServerFirst(message: string) {
  const [nonce = '', salt = '', iterations = ''] = message.split(',');
  if (nonce.startsWith('e=')) throw serverError(nonce.slice(2));
  if (nonce.startsWith('m=')) {
    throw new SaslError('malformed-request', 'The server requires a SCRAM extension (m=) that this side does not know');
  }
  const saltBytes = fromBase64(salt.slice(2));
  if (
    !/^r=[\x21-\x7E]+$/.test(nonce) ||
    !salt.startsWith('s=') ||
    saltBytes === undefined ||
    saltBytes.length === 0 ||
    !/^i=[1-9][0-9]{0,15}$/.test(iterations)
  ) {
    throw new SaslError('malformed-request', "The server's first SCRAM message is malformed (RFC 5802 §7)");
  }
  return { nonce: nonce.slice(2), salt: saltBytes, saltText: salt.slice(2), iterations: Number(iterations.slice(2)) };
}

function serverError(value: string): SaslError {
  // Object.hasOwn: the value is the server's, and `constructor` is no condition.
  const condition = Object.hasOwn(serverErrors, value) ? serverErrors[value]! : 'not-authorized';
  return new SaslError(condition, `The server refused the SCRAM exchange: ${value}`, { text: value });
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

function findBinding({ channelBinding, channelBindings = [] }: SaslCredentials) {
  for (const type of channelBindings) {
    const data = channelBinding?.(type);
    if (data !== undefined) return { type, data };
  }
  return undefined;
}

function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(24)));
}
