import type { Element } from '@xeps/core';
import { childElements } from './elements.ts';
import { fromBase64, isSaslFailureCondition, SaslError } from './sasl/index.ts';

/** Reads `<failure/>` of either profile: a condition that is none of RFC 6120 §6.5 reads as `not-authorized`. */
export function decodeSaslFailure(element: Element, mechanism: string, domain: string): SaslError {
  let condition: SaslError['condition'] = 'not-authorized';
  let text: string | undefined;
  for (const { name, children } of childElements(element)) {
    if (name === 'text') text = children.join('');
    else if (isSaslFailureCondition(name)) condition = name;
  }
  const why =
    (text ? ` (${text})` : '') + (condition === 'not-authorized' ? '; check the address and the password' : '');
  return new SaslError(condition, `${domain} refused to sign in by ${mechanism}: ${condition}${why}`, { text });
}

/** Reads base64 that the server sent. @throws SaslError `incorrect-encoding` */
export function decodeSaslData(text: string): Uint8Array {
  const data = fromBase64(text.trim());
  if (data === undefined) throw new SaslError('incorrect-encoding', 'the server sent SASL data that is not base64');
  return data;
}
