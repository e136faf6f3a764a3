export { chooseMechanism } from './choose.ts';
export { SaslError, isSaslFailureCondition } from './error.ts';
export type { SaslCondition, SaslFailureCondition } from './error.ts';
export { anonymous } from './anonymous.ts';
export { external } from './external.ts';
export { plain } from './plain.ts';
export {
  scram,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
} from './scram.ts';
export type { ScramOptions } from './scram.ts';
export { digest, hmac } from './crypto.ts';
export type { ScramHash } from './crypto.ts';
export { deriveScramKeys, memoryScramKeyCache, saltedPassword } from './scram-keys.ts';
export { equalBytes, fromBase64, toBase64, utf8 } from './bytes.ts';
export { saslprep } from './saslprep.ts';
export type {
  ChannelBinding,
  SaslContext,
  SaslCredentials,
  SaslMechanism,
  SaslMechanismFactory,
  ScramCheck,
  ScramKeyCache,
  ScramKeys,
} from './types.ts';
