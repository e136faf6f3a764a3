import { JidError } from '@xeps/core/jid';

/** §6: the service discovery feature of an entity, such as a gateway, that escapes and unescapes. */
export const FEATURE_JID_ESCAPING = 'jid\\20escaping';

// §3.2, the characters of the table and their sequences. Lower case is significant (§3.1).
const DISALLOWED = /[ "&'/:<>@]|\\(?=20|22|26|27|2f|3a|3c|3e|40|5c)/g;
const ESCAPED = /\\(20|22|26|27|2f|3a|3c|3e|40|5c)/g;

/**
 * The localpart for a name that a person typed, or for a foreign address without its scheme and percent-encoding
 * (§4.2). The backslash is escaped only where it would be read as the beginning of a sequence (§4.1 rule 7).
 *
 * Give the result to `createJid` of `@xeps/core/jid`, which refuses what no escaping can mend and maps to lower case. As
 * that makes a sequence of a text such as `\3A`, names that differ in case only are one account here too.
 *
 * @throws JidError when the name begins or ends with a space (§3.2, §4.1 rule 6).
 */
export function escapeLocal(name: string): string {
  if (/^ | $/.test(name)) {
    throw new JidError(
      'local',
      `An account name can't begin or end with a space (XEP-0106 §3.2): ${JSON.stringify(name)}`,
    );
  }
  return name.replace(DISALLOWED, (char) => `\\${char.charCodeAt(0).toString(16)}`);
}

/**
 * The name to show for a localpart (§4.1 rule 1). For display and for foreign systems only: addresses are compared and
 * sent as they are (rules 4 and 5).
 *
 * Other sequences stay as they are (§4.3), and so does `\20` at the beginning and end, where it stands for nothing
 * (§4.1 rule 6): no name is shown with a space that can't be seen.
 */
export function unescapeLocal(local: string): string {
  return local.replace(ESCAPED, (sequence, hex: string, at: number) =>
    hex === '20' && (at === 0 || at + 3 === local.length) ? sequence : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
