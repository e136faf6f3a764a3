// What stands between the values of a start tag repeats in every stanza: `<stanza-id`, ` xmlns='urn:xmpp:sid:0'`,
// ` by='`, ` id='`. A head is such a piece, read once by the grammar and found again by comparing text. Heads form a
// tree: under an element's name its first attributes, under each of these the next. So what was checked once along a
// path (names, quotes, no attribute twice) needs no second check, and names and namespaces are one string each however
// often they arrive. The tree is bounded: a peer that sends ever new names only makes it start anew.
import { nameEnd, isSpace } from './characters.ts';
import { checkDefault } from './namespaces.ts';
import { fail, type Position } from './position.ts';
import { attributeValue } from './references.ts';

/** An element's name with its `<`, or one attribute up to its value's opening quote. */
export interface Head {
  /** The literal text; an `xmlns` declaration's goes to its closing quote. */
  readonly text: string;
  /** The name, with its prefix. */
  readonly name: string;
  /** Of an element's name: its end tag without white space. */
  readonly endTag: string;
  /** The quote that ends the value; '' when the head is an element's name or a whole declaration. */
  readonly quote: string;
  /** The attributes up to this one. */
  readonly count: number;
  /** The default namespace declared in the tag so far. */
  readonly xmlns: string | undefined;
  /** Whether a prefix other than `xml` has been used or declared in the tag so far. */
  readonly prefixed: boolean;
  readonly before: Head | undefined;
  /** The second character of an attribute's name: tells most of them apart. */
  readonly second: number;
  /** What came next in other tags, the newest first. */
  readonly next: Head[];
}

const COLON = 0x3a;
const LONGEST = 120;
const MOST = 4096;
const MOST_NEXT = 16;
const BUCKETS = 128;
let roots: Head[][] = [];
let known = 0;

/** The head of the start tag at `tag`: the element's name. */
export function elementHead(text: string, tag: number, origin: Position): Head {
  const bucket = (text.charCodeAt(tag + 1) * 5 + text.charCodeAt(tag + 2) * 3 + text.charCodeAt(tag + 3)) % BUCKETS;
  const heads = roots[bucket];
  if (heads !== undefined) {
    for (let i = 0; i < heads.length; i++) {
      const head = heads[i] as Head;
      const end = tag + head.text.length;
      // Slices are compared as memory, `startsWith` character by character.
      if (text.slice(tag, end) !== head.text) continue;
      const code = text.charCodeAt(end);
      if (code === 0x3e || code === 0x2f || isSpace(code)) return head;
    }
  }
  const end = qualifiedNameEnd(text, tag + 1, origin, 'element');
  const name = own(text.slice(tag + 1, end));
  const fresh = create(`<${name}`, name, '', undefined, undefined);
  if (remember(fresh)) insert((roots[bucket] ??= []), fresh);
  return fresh;
}

/** The head of the attribute at `from`, where white space begins, behind `before`. */
export function attributeHead(text: string, from: number, before: Head, origin: Position): Head {
  const { next } = before;
  const second = text.charCodeAt(from + 2);
  for (let i = 0; i < next.length; i++) {
    const head = next[i] as Head;
    if (head.second === second && text.slice(from, from + head.text.length) === head.text) return head;
  }
  const fresh = readAttributeHead(text, from, before, origin);
  if (remember(fresh)) insert(next, fresh);
  return fresh;
}

function insert(heads: Head[], fresh: Head): void {
  heads.unshift(fresh);
  if (heads.length > MOST_NEXT) heads.pop();
}

function readAttributeHead(text: string, from: number, before: Head, origin: Position): Head {
  const start = skipSpace(text, from);
  const end = qualifiedNameEnd(text, start, origin, 'attribute');
  const name = own(text.slice(start, end));
  for (let other: Head | undefined = before; other !== undefined; other = other.before) {
    if (other.name === name && other.count > 0) {
      fail(text, start, origin, 'not-well-formed', `attribute "${name}" is given twice`);
    }
  }
  const equals = skipSpace(text, end);
  if (text.charCodeAt(equals) !== 0x3d) outOfPlace(text, equals, origin);
  const open = skipSpace(text, equals + 1);
  const quote = text.charAt(open);
  if (quote !== '"' && quote !== "'") outOfPlace(text, open, origin);
  if (name !== 'xmlns') return create(text.slice(from, open + 1), name, quote, undefined, before);

  // The namespace belongs to the literal text: it decides what the element is, and there are few.
  const close = text.indexOf(quote, open + 1);
  if (close === -1) fail(text, text.length, origin, 'not-well-formed', unfinishedMessage);
  const raw = text.slice(open + 1, close);
  const less = raw.indexOf('<');
  if (less !== -1) fail(text, open + 1 + less, origin, 'not-well-formed', '"<" in the value of attribute "xmlns"; write &lt;');
  const namespace = own(attributeValue(raw, text, open + 1, origin));
  checkDefault(namespace, text, start, origin);
  return create(text.slice(from, close + 1), name, '', namespace, before);
}

function create(text: string, name: string, quote: string, xmlns: string | undefined, before: Head | undefined): Head {
  return {
    text: own(text),
    name,
    endTag: before === undefined ? own(`</${name}>`) : '',
    quote,
    count: before === undefined ? 0 : before.count + 1,
    xmlns: xmlns ?? before?.xmlns,
    prefixed: before?.prefixed === true || (name.includes(':') && !(before !== undefined && name.startsWith('xml:'))),
    before,
    second: text.charCodeAt(2),
    next: [],
  };
}

function remember(head: Head): boolean {
  if (head.text.length > LONGEST) return false;
  if (++known > MOST) {
    roots = [];
    known = 1;
  }
  return true;
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
