import { codePointName, isCharacter } from './characters.ts';
import { fail, type Position } from './position.ts';

const predefined: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const numeric = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/;

/** Character data as the application sees it: line ends are LF (XML 1.0 §2.11), references resolved (§4.6). */
export function textValue(raw: string, text: string, offset: number, origin: Position): string {
  const stray = raw.indexOf(']]>');
  if (stray !== -1) fail(text, offset + stray, origin, 'not-well-formed', '"]]>" in text; write > as &gt;');
  return resolve(raw, lineEnds, text, offset, origin);
}

/** An attribute's value: a line end or tab is a space (XML 1.0 §3.3.3), references resolved. */
export function attributeValue(raw: string, text: string, offset: number, origin: Position): string {
  return resolve(raw, spaces, text, offset, origin);
}

/** Every line end as LF (XML 1.0 §2.11). */
export function lineEnds(literal: string): string {
  return literal.includes('\r') ? literal.replace(/\r\n?/g, '\n') : literal;
}

function spaces(literal: string): string {
  return literal.replace(/\r\n|[\t\n\r]/g, ' ');
}

/** `raw` stands at `offset` in `text`; only what is literally written is normalised, `&#13;` stays a CR. */
function resolve(
  raw: string,
  normalise: (literal: string) => string,
  text: string,
  offset: number,
  origin: Position,
): string {
  let result = '';
  let done = 0;
  for (let at = raw.indexOf('&'); at !== -1; at = raw.indexOf('&', done)) {
    const end = raw.indexOf(';', at);
    const name = end === -1 ? '' : raw.slice(at + 1, end);
    result += normalise(raw.slice(done, at)) + (predefined.get(name) ?? character(name, raw, at, text, offset, origin));
    done = end + 1;
  }
  return result + normalise(raw.slice(done));
}

/** XML 1.0 §4.1, production CharRef. */
function character(name: string, raw: string, at: number, text: string, offset: number, origin: Position): string {
  const digits = numeric.exec(name);
  if (digits === null) {
    const shown = raw.slice(at, at + 12);
    fail(
      text,
      offset + at,
      origin,
      'not-well-formed',
      `"${shown}" begins no reference that XMPP knows; write & as &amp;`,
    );
  }
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  if (!isCharacter(code)) {
    const named = code > 0x10ffff ? 'a number beyond Unicode' : codePointName(code);
    fail(text, offset + at, origin, 'not-well-formed', `a reference to ${named}, which XML does not allow`);
  }
  return String.fromCodePoint(code);
}
