// From the text of one element to its tree. Fast because it never looks at characters one by one where `indexOf` can:
// the next `<` bounds a tag, its quotes and the text after it; characters, references and line ends are looked for once
// in the whole text, and the values are touched only where some are. The open elements are a loop's variables, not
// recursion: depth costs no stack.
import { Element } from '../element.ts';
import { codePointName, forbiddenCharacter, isSpace, nameEnd } from './characters.ts';
import { intern } from './intern.ts';
import type { XmlLimits } from './limits.ts';
import { bindPrefixes, checkDefault, type Scope } from './namespaces.ts';
import { fail, type Position } from './position.ts';
import { attributeValue, lineEnds, textValue } from './references.ts';

const EXCLAMATION = 0x21;
const DOUBLE_QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;
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
  /** The element is a stream header: nothing inside, and prefixes and declarations stay as written. */
  readonly header?: boolean;
}

/** The only element in the text; throws `XmlError` for anything else. */
export function parseTree(source: TreeSource): Element {
  const { text, limits, origin } = source;
  const header = source.header === true;
  checkCharacters(text, origin);
  const hasReference = text.includes('&');
  const hasReturn = text.includes('\r');
  const textNeedsWork = hasReference || hasReturn || text.includes(']]>');
  const valueNeedsWork = hasReference || hasReturn || text.includes('\n') || text.includes('\t');

  let scope = source.scope;
  const scopes: Scope[] = []; // around each open element
  const names: string[] = []; // of the open elements, as written
  let parent: Element | null = null;
  let nodes = 0;
  let pos = source.start;
  while (isSpace(text.charCodeAt(pos))) pos++;
  if (text.charCodeAt(pos) !== 0x3c) {
    fail(text, pos, origin, 'not-well-formed', pos === text.length ? 'no element where one was expected' : 'text outside of an element');
  }

  for (;;) {
    // `pos` is at a "<".
    const tag = pos;
    let code = text.charCodeAt(tag + 1);
    let closed: Element | null = null;
    let next = text.indexOf('<', tag + 1);
    if (next === -1) next = text.length;

    if (code === SLASH) {
      if (parent === null) fail(text, tag, origin, 'not-well-formed', 'an end tag without a start tag');
      const name = names.pop() as string;
      pos = tag + 2 + name.length;
      if (!text.startsWith(name, tag + 2)) mismatch(text, tag, origin, name);
      for (code = text.charCodeAt(pos); isSpace(code); code = text.charCodeAt(++pos));
      if (code !== GREATER) mismatch(text, tag, origin, name);
      pos++;
      closed = parent;
      parent = closed.parent;
      scope = scopes.pop() as Scope;
    } else if (code === EXCLAMATION) {
      if (parent === null || !text.startsWith('[CDATA[', tag + 2)) restricted(text, tag, origin, parent !== null);
      const end = text.indexOf(']]>', tag + 9);
      if (end === -1) unfinished(text, origin);
      if (end > tag + 9) {
        if (++nodes > limits.maxChildren) tooMuch(text, tag, origin, `more than ${limits.maxChildren} child nodes`);
        addText(parent, hasReturn ? lineEnds(text.slice(tag + 9, end)) : text.slice(tag + 9, end));
      }
      pos = end + 3;
      next = text.indexOf('<', pos);
      if (next === -1) next = text.length;
    } else {
      if (code === QUESTION) restricted(text, tag, origin, false);
      if (parent !== null && ++nodes > limits.maxChildren) {
        tooMuch(text, tag, origin, `more than ${limits.maxChildren} child nodes`);
      }
      if (names.length >= limits.maxDepth) tooMuch(text, tag, origin, `elements nested more than ${limits.maxDepth} deep`);

      let end = nameEnd(text, tag + 1);
      let prefixed = text.charCodeAt(end) === COLON;
      if (prefixed) end = localEnd(text, end);
      const name = intern(text, tag + 1, end);
      if (end === tag + 1) badName(text, end, origin, 'element');
      const element = new Element(name);
      const attrs = element.attrs as Record<string, string>;
      let written: string | undefined; // xmlns='…'
      let count = 0;
      pos = end;
      code = text.charCodeAt(pos);
      for (;;) {
        const gap = pos;
        while (isSpace(code)) code = text.charCodeAt(++pos);
        if (code === GREATER) break;
        if (code === SLASH) {
          if (text.charCodeAt(pos + 1) !== GREATER) badTag(text, pos + 1, origin);
          pos++;
          closed = element;
          break;
        }
        if (pos === gap) badTag(text, pos, origin);
        if (++count > limits.maxAttributes) {
          tooMuch(text, pos, origin, `more than ${limits.maxAttributes} attributes on one element`);
        }
        const keyStart = pos;
        end = nameEnd(text, pos);
        const colon = text.charCodeAt(end) === COLON ? end : -1;
        if (colon !== -1) end = localEnd(text, colon);
        if (end === keyStart) badName(text, end, origin, 'attribute');
        const key = intern(text, keyStart, end);
        for (pos = end, code = text.charCodeAt(pos); isSpace(code); code = text.charCodeAt(++pos));
        if (code !== EQUALS) badTag(text, pos, origin);
        for (code = text.charCodeAt(++pos); isSpace(code); code = text.charCodeAt(++pos));
        if (code !== DOUBLE_QUOTE && code !== APOSTROPHE) badTag(text, pos, origin);
        const valueStart = pos + 1;
        const valueEnd = text.indexOf(code === DOUBLE_QUOTE ? '"' : "'", valueStart);
        if (valueEnd === -1 || valueEnd > next) {
          if (next === text.length) unfinished(text, origin);
          fail(text, next, origin, 'not-well-formed', `"<" in the value of attribute "${key}"; write &lt;`);
        }
        let value: string;
        if (key === 'xmlns') {
          value = intern(text, valueStart, valueEnd);
          if (valueNeedsWork) value = attributeValue(value, text, valueStart, origin);
          checkDefault(value, text, keyStart, origin);
          written = value;
        } else {
          value = text.slice(valueStart, valueEnd);
          if (valueNeedsWork) value = attributeValue(value, text, valueStart, origin);
          if (colon !== -1 && !key.startsWith('xml:')) prefixed = true;
        }
        if (attrs[key] === undefined) attrs[key] = value;
        else setUnusual(attrs, key, value, text, keyStart, origin);
        pos = valueEnd + 1;
        code = text.charCodeAt(pos);
      }
      pos++; // behind the ">"

      let inside = scope;
      if (prefixed) {
        inside = bindPrefixes(element, name, scope, header, text, tag, origin);
      } else if (written !== undefined) {
        if (written !== scope.own || written !== scope.inherited) {
          inside = { inherited: written, own: written, prefixes: scope.prefixes };
        }
      } else if (scope.own !== scope.inherited) {
        if (!header) attrs['xmlns'] = scope.inherited;
        inside = { inherited: scope.inherited, own: scope.inherited, prefixes: scope.prefixes };
      }
      element.parent = parent;
      if (parent !== null) parent.children.push(element);
      if (closed === null) {
        names.push(name);
        scopes.push(scope);
        scope = inside;
        parent = element;
      }
    }

    if (parent === null) return finish(closed as Element, text, pos, origin);
    if (next > pos) {
      if (next === text.length) unfinished(text, origin);
      if (++nodes > limits.maxChildren) tooMuch(text, pos, origin, `more than ${limits.maxChildren} child nodes`);
      const raw = text.slice(pos, next);
      addText(parent, textNeedsWork ? textValue(raw, text, pos, origin) : raw);
    } else if (next === text.length) {
      unfinished(text, origin);
    }
    pos = next;
  }
}

/** Text and CDATA beside each other are one text. */
function addText(parent: Element, value: string): void {
  const { children } = parent;
  const last = children.length - 1;
  const before = children[last];
  if (typeof before === 'string') children[last] = before + value;
  else children.push(value);
}

/** The end of a prefixed name whose colon is at `colon`; without a local part, the colon itself, which nothing accepts. */
function localEnd(text: string, colon: number): number {
  const end = nameEnd(text, colon + 1);
  return end === colon + 1 ? colon : end;
}

/** A second attribute of the same name, or one whose name every object seems to have already. */
function setUnusual(
  attrs: Record<string, string>, key: string, value: string, text: string, offset: number, origin: Position,
): void {
  if (Object.hasOwn(attrs, key)) fail(text, offset, origin, 'not-well-formed', `attribute "${key}" is given twice`);
  // Assigning to "__proto__" would be lost.
  Object.defineProperty(attrs, key, { value, enumerable: true, writable: true, configurable: true });
}

/** White space may follow the element, nothing else. */
function finish(element: Element, text: string, end: number, origin: Position): Element {
  for (let pos = end; pos < text.length; pos++) {
    if (!isSpace(text.charCodeAt(pos))) fail(text, pos, origin, 'not-well-formed', 'more than one element');
  }
  return element;
}

function checkCharacters(text: string, origin: Position): void {
  if (forbiddenCharacter.test(text)) {
    const at = text.search(forbiddenCharacter);
    fail(text, at, origin, 'not-well-formed', `${codePointName(text.charCodeAt(at))}, which XML does not allow`);
  }
  if (!text.isWellFormed()) {
    const at = loneSurrogate(text);
    fail(text, at, origin, 'not-well-formed', `${codePointName(text.charCodeAt(at))}, half of a surrogate pair`);
  }
}

/** The index of the first half of a surrogate pair that stands alone, or -1. */
export function loneSurrogate(text: string): number {
  return text.search(/\p{Surrogate}/u);
}

function mismatch(text: string, tag: number, origin: Position, name: string): never {
  const end = nameEnd(text, tag + 2);
  if (tag + 2 + name.length >= text.length && name.startsWith(text.slice(tag + 2))) unfinished(text, origin);
  fail(text, tag, origin, 'not-well-formed', `"</${text.slice(tag + 2, Math.min(localTail(text, end), tag + 66))}" where </${name}> was expected`);
}

function localTail(text: string, end: number): number {
  return text.charCodeAt(end) === COLON ? localEnd(text, end) : end;
}

function restricted(text: string, tag: number, origin: Position, inside: boolean): never {
  const markup = text.slice(tag, tag + 9);
  if (inside && '<![CDATA['.startsWith(markup)) unfinished(text, origin);
  const what = markup.startsWith('<?') ? 'a processing instruction'
    : markup.startsWith('<!D') ? 'a document type declaration'
      : markup.startsWith('<!-') ? 'a comment' : 'a comment or a declaration';
  // RFC 6120 §11.1. CDATA outside of an element is not restricted but wrong.
  const condition = markup === '<![CDATA[' ? 'not-well-formed' : 'restricted-xml';
  fail(text, tag, origin, condition, `${what}, which XMPP does not allow here`);
}

function tooMuch(text: string, offset: number, origin: Position, what: string): never {
  fail(text, offset, origin, 'policy-violation', what);
}

function badName(text: string, offset: number, origin: Position, of: string): never {
  if (offset >= text.length) unfinished(text, origin);
  fail(text, offset, origin, 'not-well-formed', `${JSON.stringify(text.slice(offset, offset + 1))} begins no ${of}'s name`);
}

function badTag(text: string, offset: number, origin: Position): never {
  if (offset >= text.length) unfinished(text, origin);
  fail(text, offset, origin, 'not-well-formed', `${JSON.stringify(text.slice(offset, offset + 1))} is out of place in a tag`);
}

function unfinished(text: string, origin: Position): never {
  fail(text, text.length, origin, 'not-well-formed', 'the input ends in the middle of an element');
}
