import { saslprep } from '@xeps/stream';
import { SaslFailure } from './types.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a message. @throws SaslFailure when it is not UTF-8 */
export function textOf(data: Uint8Array): string {
  try {
    return decoder.decode(data);
  } catch {
    throw new SaslFailure('malformed-request', 'a message that is not UTF-8');
  }
}

/** A user name or a password in its canonical form. @throws SaslFailure */
export function prepared(text: string): string {
  try {
    return saslprep(text);
  } catch {
    throw new SaslFailure('malformed-request', 'a name or password with characters that RFC 4013 prohibits');
  }
}
