export { chooseMechanism } from './choose.ts';
export { SaslError, isSaslFailureCondition } from './error.ts';
export type { SaslCondition, SaslFailureCondition } from './error.ts';
export { anonymous } from './anonymous.ts';
export { external } from './external.ts';
export { plain } from './plain.ts';
export { scram, scramSha1, scramSha256, scramSha512 } from './scram.ts';
export type { ScramOptions } from './scram.ts';
export { deriveScramKeys, memoryScramKeyCache } from './scram-keys.ts';
export type { ScramHash } from './scram-keys.ts';
export { fromBase64, toBase64 } from './bytes.ts';
export { saslprep } from './saslprep.ts';
export type {
  SaslContext,
  SaslCredentials,
  SaslMechanism,
  SaslMechanismFactory,
  ScramKeyCache,
  ScramKeys,
} from './types.ts';
