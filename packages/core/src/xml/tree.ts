// From the text of one element to its tree. Fast because it never looks at characters one by one where `indexOf` can:
// the next `<` bounds a tag, its quotes and the text after it; tags are compared with those that came before
// (heads.ts); characters, references and line ends are looked for once in the whole text, and values are touched only
// where some are. The open elements are a loop's variables, not recursion: depth costs no stack.
import { Element, type Node } from '../element.ts';
import {
  codePointName,
  forbiddenIndex,
  hasControl,
  hasForbiddenControl,
  hasNonCharacter,
  isSpace,
} from './characters.ts';
import { attributeHead, openingHead, outOfPlace, unfinishedMessage, type Head } from './heads.ts';
import type { XmlLimits } from './limits.ts';
import { bindPrefixes, type Scope } from './namespaces.ts';
import { fail, type Position } from './position.ts';
import { attributeValue, lineEnds, textValue } from './references.ts';

const EXCLAMATION = 0x21;
const SLASH = 0x2f;
const LESS = 0x3c;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/** What `parseTree` is to read. */
export interface TreeSource {
  /** One element, with white space around it at most. */
  readonly text: string;
  /** Where in `text` to begin. */
  readonly start: number;
  readonly scope: Scope;
  readonly limits: XmlLimits;
  /** Where `text` begins in what the user gave, for error messages. */
  readonly origin: Position;
  /** The text was decoded from UTF-8, no byte of it below 0x20. So no surrogate is alone and there is no control. */
  readonly printable?: boolean;
  /** The element is a stream header: nothing inside, and prefixes and declarations stay as written. */
  readonly header?: boolean;
}

/** An element whose end tag has not come yet. */
interface Open {
  readonly element: Element;
  readonly head: Head;
  /** The scope around it. */
  readonly scope: Scope;
  /** Where its children begin in `nodes`. */
  readonly first: number;
  readonly outer: Open | null;
}

/** The only element in the text; throws `XmlError` for anything else. */
export function parseTree(source: TreeSource): Element {
  const { text, limits, origin } = source;
  const { maxAttributes, maxChildren, maxDepth } = limits;
  const header = source.header === true;
  const printable = source.printable === true;
  const hasBreak = !printable && hasControl(text); // tabs and line ends, or worse
  const isForbidden =
    (hasBreak && hasForbiddenControl(text)) || hasNonCharacter(text) || (!printable && !text.isWellFormed());
  if (isForbidden) forbidden(text, origin);
  const hasReturn = hasBreak && text.includes('\r');
  const hasReference = text.includes('&');
  const hasStray = text.includes(']]>');

  let open: Open | null = null; // the innermost open element
  let depth = 0;
  let scope = source.scope;
  // Children of all open elements, cut off into arrays of the right size as the elements end.
  const nodes: Node[] = [];
  let top = 0;
  let count = 0; // all nodes so far
  let pos = source.start;
  while (isSpace(text.charCodeAt(pos))) pos++;
  if (text.charCodeAt(pos) !== LESS) {
    fail(
      text,
      pos,
      origin,
      'not-well-formed',
      pos === text.length ? 'no element where one was expected' : 'text outside of an element',
    );
  }

  for (;;) {
    // `pos` is at a "<"; `next` is the one after it.
    const tag = pos;
    const mark = text.charCodeAt(tag + 1);
    let next = -1; // the "<" after it, or the end of the text; looked for only where it matters

    if (mark === SLASH) {
      if (open === null) fail(text, tag, origin, 'not-well-formed', 'an end tag without a start tag');
      const { element, head }: Open = open;
      pos = tag + head.endTag.length;
      if (text.slice(tag, pos) !== head.endTag) pos = spacedEndTag(text, tag, head.element, origin);
      element.children = nodes.slice(open.first, top);
      top = open.first;
      scope = open.scope;
      open = open.outer;
      if (open === null) return finish(element, text, pos, origin);
      depth--;
      nodes[top++] = element;
    } else if (mark === EXCLAMATION) {
      if (open === null || !text.startsWith('[CDATA[', tag + 2)) restricted(text, tag, origin, open !== null);
      const end = text.indexOf(']]>', tag + 9);
      if (end === -1) unfinished(text, origin);
      if (end > tag + 9) {
        const value = lineEnds(text.slice(tag + 9, end));
        const before = top > open.first ? nodes[top - 1] : undefined;
        // Text and CDATA beside each other are one text.
        if (typeof before === 'string') nodes[top - 1] = before + value;
        else nodes[top++] = value;
        count++;
      }
      pos = end + 3;
    } else {
      next = nextLess(text, tag + 1);
      if (mark === QUESTION) restricted(text, tag, origin, false);
      if (depth >= maxDepth) tooMuch(text, tag, origin, `elements nested more than ${maxDepth} deep`);
      const opening = openingHead(text, tag, origin);
      let head: Head = opening;
      const element = createElement(head.element);
      const attrs = element.attrs as Record<string, string>;
      pos = tag + opening.opening.length;
      if (head.xmlns !== undefined) attrs['xmlns'] = head.xmlns;
      let code: number;
      for (;;) {
        if (head.count > maxAttributes)
          tooMuch(text, pos, origin, `more than ${maxAttributes} attributes on one element`);
        if (head.quote !== '') {
          const end = text.indexOf(head.quote, pos);
          if (end === -1 || end > next) badValue(text, next, origin, head.attribute);
          let value = text.slice(pos, end);
          if ((hasReference && value.includes('&')) || (hasBreak && breaks.test(value))) {
            value = attributeValue(value, text, pos, origin);
          }
          setAttribute(attrs, head.attribute, value);
          pos = end + 1;
        }
        code = text.charCodeAt(pos);
        if (code === GREATER || code === SLASH) break;
        if (!isSpace(code)) outOfPlace(text, pos, origin);
        code = text.charCodeAt(pos + 1);
        if (code === GREATER || code === SLASH || isSpace(code)) {
          // More white space than one, or before the tag's end.
          const end = spaceEnd(text, pos);
          code = text.charCodeAt(end);
          if (code === GREATER || code === SLASH) {
            pos = end;
            break;
          }
        }
        head = attributeHead(text, pos, head, origin);
        pos += head.text.length;
        if (head.quote === '') setAttribute(attrs, 'xmlns', head.xmlns as string);
      }

      let inside = scope;
      let { xmlns } = head;
      if (head.prefixed) {
        inside = bindPrefixes(element, head.element, scope, header, text, tag, origin);
      } else if (xmlns === undefined && scope.own !== scope.inherited) {
        xmlns = scope.inherited;
        setAttribute(attrs, 'xmlns', xmlns);
      }
      element.parent = open === null ? null : open.element;
      count++;
      if (code === SLASH) {
        if (text.charCodeAt(pos + 1) !== GREATER) outOfPlace(text, pos + 1, origin);
        pos += 2;
        element.children = noChildren.slice();
        if (open === null) return finish(element, text, pos, origin);
        nodes[top++] = element;
      } else {
        pos++;
        open = { element, head, scope, first: top, outer: open };
        if (head.prefixed) scope = inside;
        else if (xmlns !== undefined && (xmlns !== scope.own || xmlns !== scope.inherited))
          scope = { inherited: xmlns, own: xmlns, prefixes: scope.prefixes };
        depth++;
      }
    }

    if (text.charCodeAt(pos) !== LESS) {
      if (next === -1) next = nextLess(text, pos);
      if (next === text.length) unfinished(text, origin);
      let value = text.slice(pos, next);
      if (hasReturn || hasStray || (hasReference && value.includes('&'))) value = textValue(value, text, pos, origin);
      const before = top > (open as Open).first ? nodes[top - 1] : undefined;
      if (typeof before === 'string') nodes[top - 1] = before + value;
      else nodes[top++] = value;
      count++;
      pos = next;
    }
    // The root is no child.
    if (count - 1 > maxChildren) tooMuch(text, tag, origin, `more than ${maxChildren} child nodes`);
  }
}

const breaks = /[\t\n\r]/;
const noChildren: readonly Node[] = [];

/**
 * Makes what `new Element(name)` makes, without going through its attributes; its children are set when it ends, always
 * to a slice of another array. (V8 attributes `[]` to its place in the code, and once it has seen long-lived ones from
 * there, it puts all into old space, where each keeps its young children alive until the next full collection: twice
 * the time for everything.)
 */
const createElement: (name: string) => Element = /* @__PURE__ */ (() => {
  function ParsedElement(this: Element, name: string): void {
    this.name = name;
    this.parent = null;
    this.children = noChildren as Node[];
    this.attrs = {};
  }
  ParsedElement.prototype = Element.prototype;
  const Constructor = ParsedElement as unknown as new (name: string) => Element;
  return (name) => new Constructor(name);
})();

function spaceEnd(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/**
 * All attributes but the first go through this one assignment, which has soon seen so many names that V8 no longer
 * specialises it. Where only one name occurs, each new set of attributes would have `parseTree` compiled anew.
 */
function setAttribute(attrs: Record<string, string>, key: string, value: string): void {
  // Assigning to "__proto__" would be lost.
  if (key === '__proto__') {
    Object.defineProperty(attrs, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    attrs[key] = value;
  }
}

/** White space may follow the element, nothing else. */
function finish(element: Element, text: string, end: number, origin: Position): Element {
  for (let pos = end; pos < text.length; pos++) {
    if (!isSpace(text.charCodeAt(pos))) fail(text, pos, origin, 'not-well-formed', 'more than one element');
  }
  return element;
}

function nextLess(text: string, from: number): number {
  const next = text.indexOf('<', from);
  return next === -1 ? text.length : next;
}

/** The end of the end tag at `tag`, which is wrong unless it only has white space behind its name. */
function spacedEndTag(text: string, tag: number, name: string, origin: Position): number {
  if (text.startsWith(name, tag + 2)) {
    const end = spaceEnd(text, tag + 2 + name.length);
    if (text.charCodeAt(end) === GREATER) return end + 1;
  }
  const found = /^[^\s>]{0,64}/.exec(text.slice(tag + 2, tag + 66))?.[0] ?? '';
  if (text.length === tag + 2 + found.length && name.startsWith(found)) unfinished(text, origin);
  fail(text, tag, origin, 'not-well-formed', `"</${found}" where </${name}> was expected`);
}

function restricted(text: string, tag: number, origin: Position, inside: boolean): never {
  const markup = text.slice(tag, tag + 9);
  if (inside && '<![CDATA['.startsWith(markup)) unfinished(text, origin);
  const what = markup.startsWith('<?') ? 'a processing instruction' : 'a comment or a declaration';
  // RFC 6120 §11.1. CDATA outside of an element is not restricted but wrong.
  const condition = markup === '<![CDATA[' ? 'not-well-formed' : 'restricted-xml';
  fail(text, tag, origin, condition, `${what}, which XMPP does not allow here`);
}

function badValue(text: string, next: number, origin: Position, name: string): never {
  if (next === text.length) unfinished(text, origin);
  fail(text, next, origin, 'not-well-formed', `"<" in the value of attribute "${name}"; write &lt;`);
}

function forbidden(text: string, origin: Position): never {
  const at = forbiddenIndex(text);
  const code = text.charCodeAt(at);
  const what = code >= 0xd800 && code <= 0xdfff ? 'half of a surrogate pair' : 'which XML does not allow';
  fail(text, at, origin, 'not-well-formed', `${codePointName(code)}, ${what}`);
}

function tooMuch(text: string, offset: number, origin: Position, what: string): never {
  fail(text, offset, origin, 'policy-violation', what);
}

function unfinished(text: string, origin: Position): never {
  fail(text, text.length, origin, 'not-well-formed', unfinishedMessage);
}
