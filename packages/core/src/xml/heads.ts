// What stands between the values of a start tag repeats in every stanza: `<stanza-id xmlns='urn:xmpp:sid:0' by='`, then
// ` id='`. A head is such a piece, read once by the grammar and found again by comparing text. Heads form a tree: under
// an element's name its first attributes, under each of these the next. So what was checked once along a path (names,
// quotes, no attribute twice) needs no second check, and names and namespaces are one string each however often they
// arrive. The tree is bounded: a peer that sends ever new names only makes it start anew.
import { isSpace, nameEnd } from './characters.ts';
import { checkDefault } from './namespaces.ts';
import { fail, type Position } from './position.ts';
import { attributeValue } from './references.ts';

/** A start tag up to an attribute's value, or up to the end of its name or of its `xmlns`. */
export interface Head {
  /** The element's name as written. */
  readonly element: string;
  /** Its end tag, without white space. */
  readonly endTag: string;
  /** The attribute that the head ends with; '' when it ends with the element's name. */
  readonly attribute: string;
  /** The quote that ends the attribute's value; '' when no value follows. */
  readonly quote: string;
  /** The literal text behind the head before this one. */
  readonly text: string;
  /** All text from the `<`, when there is no value but that of `xmlns` in it. */
  readonly opening: string | undefined;
  /** How many attributes it holds. */
  readonly count: number;
  /** The default namespace that it declares. */
  readonly xmlns: string | undefined;
  /** Whether it uses or declares a prefix other than `xml`. */
  readonly prefixed: boolean;
  readonly before: Head | undefined;
  /** What came next in other tags, the newest first. */
  readonly next: Head[];
  /** A character of the text that tells most heads of one list apart. */
  readonly mark: number;
}

const COLON = 0x3a;
const LONGEST = 200;
const MOST = 4096;
const MOST_IN_LIST = 16;
const BUCKETS = 128;
let openings: Head[][] = [];
let known = 0;

/** The longest known head of the start tag at `tag`; its text ends at `tag + opening.length`. */
export function openingHead(text: string, tag: number, origin: Position): Head & { readonly opening: string } {
  const heads = (openings[bucketOf(text, tag)] ??= []);
  for (let i = 0; i < heads.length; i++) {
    const head = heads[i] as Head & { readonly opening: string };
    const end = tag + head.opening.length;
    // Slices are compared as memory, `startsWith` would compare character by character.
    if (text.charCodeAt(end - 3) !== head.mark || text.slice(tag, end) !== head.opening) continue;
    if (head.count > 0 || endsName(text.charCodeAt(end))) return head;
  }
  const end = qualifiedNameEnd(text, tag + 1, origin, 'element');
  const element = own(text.slice(tag + 1, end));
  const opening = `<${element}`;
  const fresh = {
    element,
    endTag: own(`</${element}>`),
    attribute: '',
    quote: '',
    text: opening,
    opening: own(opening),
    count: 0,
    xmlns: undefined,
    prefixed: element.includes(':'),
    before: undefined,
    next: [],
    mark: text.charCodeAt(end - 3),
  };
  if (remember(fresh)) insert((openings[bucketOf(text, tag)] ??= []), fresh);
  return fresh;
}

/** The head of the attribute at `from`, where white space begins, behind `before`. */
export function attributeHead(text: string, from: number, before: Head, origin: Position): Head {
  const { next } = before;
  const mark = text.charCodeAt(from + 2);
  for (let i = 0; i < next.length; i++) {
    const head = next[i] as Head;
    if (head.mark === mark && text.slice(from, from + head.text.length) === head.text) return head;
  }
  const fresh = readAttributeHead(text, from, before, origin);
  if (!remember(fresh)) return fresh;
  const { opening } = fresh;
  if (opening === undefined) insert(next, fresh);
  // Found by `openingHead` from now on.
  else insert((openings[bucketOf(opening, 0)] ??= []), { ...fresh, mark: opening.charCodeAt(opening.length - 3) });
  return fresh;
}

function readAttributeHead(text: string, from: number, before: Head, origin: Position): Head {
  const start = skipSpace(text, from);
  const end = qualifiedNameEnd(text, start, origin, 'attribute');
  const attribute = own(text.slice(start, end));
  for (let other: Head | undefined = before; other !== undefined; other = other.before) {
    if (other.attribute === attribute)
      fail(text, start, origin, 'not-well-formed', `attribute "${attribute}" is given twice`);
  }
  const equals = skipSpace(text, end);
  if (text.charCodeAt(equals) !== 0x3d) outOfPlace(text, equals, origin);
  const open = skipSpace(text, equals + 1);
  let quote = text.charAt(open);
  if (quote !== '"' && quote !== "'") outOfPlace(text, open, origin);

  let { xmlns, prefixed } = before;
  let close = open;
  if (attribute === 'xmlns') {
    // The namespace belongs to the literal text: it decides what the element is, and there are few.
    close = text.indexOf(quote, open + 1);
    if (close === -1) fail(text, text.length, origin, 'not-well-formed', unfinishedMessage);
    const raw = text.slice(open + 1, close);
    const less = raw.indexOf('<');
    if (less !== -1)
      fail(text, open + 1 + less, origin, 'not-well-formed', '"<" in the value of attribute "xmlns"; write &lt;');
    xmlns = own(attributeValue(raw, text, open + 1, origin));
    checkDefault(xmlns, text, start, origin);
    quote = '';
  } else if (attribute.includes(':') && !attribute.startsWith('xml:')) {
    prefixed = true;
  }
  const literal = own(text.slice(from, close + 1));
  return {
    element: before.element,
    endTag: before.endTag,
    attribute,
    quote,
    text: literal,
    opening: before.quote === '' && before.opening !== undefined ? own(before.opening + literal) : undefined,
    count: before.count + 1,
    xmlns,
    prefixed,
    before,
    next: [],
    mark: literal.charCodeAt(2),
  };
}

function bucketOf(text: string, tag: number): number {
  return (text.charCodeAt(tag + 1) * 5 + text.charCodeAt(tag + 2) * 3 + text.charCodeAt(tag + 3)) % BUCKETS;
}

function endsName(code: number): boolean {
  return code === 0x3e || code === 0x2f || isSpace(code);
}

function remember(head: Head): boolean {
  if ((head.opening ?? head.text).length > LONGEST) return false;
  if (++known > MOST) {
    openings = [];
    known = 1;
  }
  return true;
}

function insert(heads: Head[], fresh: Head): void {
  heads.unshift(fresh);
  if (heads.length > MOST_IN_LIST) heads.pop();
}

/** A copy that stands alone: a slice would keep the whole stanza in memory. Property keys are never slices. */
function own(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The end of a name with at most one prefix (Namespaces in XML 1.0, production QName). */
function qualifiedNameEnd(text: string, from: number, origin: Position, of: string): number {
  let end = nameEnd(text, from);
  if (end > from && text.charCodeAt(end) === COLON) {
    const local = end + 1;
    end = nameEnd(text, local);
    if (end === local) outOfPlace(text, end, origin);
  }
  if (end === from) {
    if (from >= text.length) outOfPlace(text, from, origin);
    fail(text, from, origin, 'not-well-formed', `${JSON.stringify(text.charAt(from))} begins no ${of}'s name`);
  }
  return end;
}

/** What is said of input that is cut off. */
export const unfinishedMessage = 'the input ends in the middle of an element';

/** Refuses the character at `offset`, in a tag. */
export function outOfPlace(text: string, offset: number, origin: Position): never {
  const message =
    offset >= text.length ? unfinishedMessage : `${JSON.stringify(text.charAt(offset))} is out of place in a tag`;
  fail(text, offset, origin, 'not-well-formed', message);
}
