import { fail, type Position } from './position.ts';

const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])([^"']*)\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][A-Za-z0-9._-]*)\3)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\5)?[ \t\r\n]*\?>/;

/**
 * The end of the XML declaration with which `text` begins, 0 when it begins with none (XML 1.0 §2.8). Refuses another
 * version than 1.0 and another encoding than UTF-8 (RFC 6120 §11.6).
 */
export function declarationEnd(text: string, origin: Position): number {
  if (!/^<\?xml[ \t\r\n?]/.test(text)) return 0;
  const found = declaration.exec(text);
  if (found === null) fail(text, 0, origin, 'not-well-formed', 'a malformed XML declaration');
  if (found[2] !== '1.0') fail(text, 0, origin, 'not-well-formed', `XML version "${found[2]}", which is not 1.0`);
  const encoding = found[4];
  if (encoding !== undefined && encoding.toUpperCase() !== 'UTF-8') {
    fail(text, 0, origin, 'unsupported-encoding', `encoding "${encoding}", where XMPP is UTF-8 only`);
  }
  return found[0].length;
}
