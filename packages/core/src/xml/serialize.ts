import type { Element } from '../element.ts';
import { joinPath } from '../errors.ts';
import { isQualifiedName } from './characters.ts';
import { XmlError } from './errors.ts';
import { escapeAttribute, escapeText } from './escape.ts';

/** Options of `serialize`. */
export interface SerializeOptions {
  /** The default namespace where the text will stand, such as a stream's content namespace: not written again. */
  readonly xmlns?: string;
}

/** Deeper trees than this are refused, and so are trees that contain themselves. */
const MAX_DEPTH = 2048;

/**
 * An element as XML. Attributes that are null or undefined are left out, numbers written in decimal. An `xmlns` equal to
 * the inherited one is left out; an element without `xmlns` whose `parent` has one keeps that namespace. Throws
 * `XmlError` with a `path` for what could not be read back as it was: names that are none, forbidden characters,
 * undeclared prefixes, trees deeper than 2,048.
 */
export function serialize(element: Element, options: SerializeOptions = {}): string {
  const namespace = element.attrs['xmlns'] === undefined ? enclosingNamespace(element) : undefined;
  return write(element, options.xmlns ?? '', namespace, none, 0);
}

/** An element's start tag alone: a stream header. Its content and its end tag are the caller's. */
export function openTag(element: Element): string {
  try {
    return `${startTag(element, undefined, undefined, none).text}>`;
  } catch (error) {
    throw placed(error, element.name);
  }
}

const none: ReadonlySet<string> = /* @__PURE__ */ new Set<string>();

/** A name that was checked, and what is written for it. */
interface Name {
  readonly name: string;
  /** `<name` */
  readonly open: string;
  /** `</name>` */
  readonly close: string;
  /** ` name="` */
  readonly attribute: string;
  /** The prefix, unless there is none or it is `xml`, which needs no declaration. */
  readonly prefix: string | undefined;
}

/** Looking a name up costs less than checking it. Bounded, because names may come from a peer. */
const names = /* @__PURE__ */ new Map<string, Name>();

/** `inherited`: the default namespace around; `namespace`: one to write although the element does not say so. */
function write(
  element: Element,
  inherited: string,
  namespace: string | undefined,
  outer: ReadonlySet<string>,
  depth: number,
): string {
  try {
    if (depth >= MAX_DEPTH) {
      throw new XmlError('policy-violation', `a tree deeper than ${MAX_DEPTH} elements, or one that contains itself`);
    }
    const { attrs, children } = element;
    const start = startTag(element, inherited, namespace, outer);
    let { text } = start;
    if (children.length === 0) return `${text}/>`;
    const own: unknown = namespace ?? attrs['xmlns'];
    const inside = own === undefined || own === null ? inherited : String(own);
    text += '>';
    for (const child of children as readonly unknown[]) {
      if (typeof child === 'string') text += escapeText(child);
      else if (typeof child === 'object' && child !== null)
        text += write(child as Element, inside, undefined, start.prefixes, depth + 1);
      else if (child !== undefined && child !== null) text += escapeText(String(child));
    }
    return text + nameOf(element.name).close;
  } catch (error) {
    throw placed(error, element.name);
  }
}

/** The name and all attributes that have a value, without an `xmlns` that is inherited anyway; and the prefixes within. */
function startTag(
  { name: elementName, attrs }: Element,
  inherited: string | undefined,
  namespace: string | undefined,
  outer: ReadonlySet<string>,
): { readonly text: string; readonly prefixes: ReadonlySet<string> } {
  const name = nameOf(elementName);
  // Prefixes are rare: who has none pays for none.
  let prefixes = name.prefix === undefined ? outer : requireDeclared(name, attrs, outer);
  let text = name.open;
  if (namespace !== undefined && namespace !== inherited) text += declarationOf(namespace);
  for (const key in attrs) {
    const value: unknown = attrs[key];
    if (value === undefined || value === null) continue;
    const written = typeof value === 'string' ? value : String(value);
    if (key === 'xmlns') {
      if (written !== inherited) text += declarationOf(written);
      continue;
    }
    try {
      const attribute = nameOf(key);
      if (attribute.prefix !== undefined) prefixes = requireDeclared(attribute, attrs, outer);
      text += `${attribute.attribute}${escapeAttribute(written)}"`;
    } catch (error) {
      throw placed(error, `@${key}`);
    }
  }
  return { text, prefixes };
}

/** What an element without `xmlns` of its own inherits from the tree it stands in. */
function enclosingNamespace(element: Element): string | undefined {
  for (let up = element.parent; up !== null && up !== undefined; up = up.parent) {
    const namespace: unknown = up.attrs['xmlns'];
    if (namespace !== undefined && namespace !== null) return String(namespace);
  }
  return undefined;
}

/** ` xmlns="…"`: there are few, and they repeat in every stanza. */
function declarationOf(namespace: string): string {
  const known = declarations.get(namespace);
  if (known !== undefined) return known;
  if (declarations.size >= 1024) declarations.clear();
  const declaration = ` xmlns="${escapeAttribute(namespace)}"`;
  declarations.set(namespace, declaration);
  return declaration;
}
const declarations = /* @__PURE__ */ new Map<string, string>();

function nameOf(name: string): Name {
  return names.get(name) ?? checkedName(name);
}

function checkedName(name: string): Name {
  if (!isQualifiedName(name)) throw new XmlError('not-well-formed', `${JSON.stringify(name)} is not a name in XML`);
  const before = name.slice(0, Math.max(0, name.indexOf(':')));
  const prefix = before === '' || before === 'xml' ? undefined : before;
  const checked: Name = { name, open: `<${name}`, close: `</${name}>`, attribute: ` ${name}="`, prefix };
  if (names.size >= 4096) names.clear();
  names.set(name, checked);
  return checked;
}

/** The prefixes known within an element; throws when that of the name, its own or an attribute's, is none of them. */
function requireDeclared(
  { name, prefix }: Name,
  attrs: Element['attrs'],
  outer: ReadonlySet<string>,
): ReadonlySet<string> {
  const prefixes = new Set(outer);
  for (const key in attrs) if (key.startsWith('xmlns:')) prefixes.add(key.slice(6));
  if (prefix === undefined || prefix === 'xmlns' || prefixes.has(prefix)) return prefixes;
  throw new XmlError('bad-namespace-prefix', `the prefix of "${name}" is not declared in the tree`);
}

/** The same fault, one step further out: the path is put together as the recursion unwinds. */
function placed(error: unknown, step: string): unknown {
  if (!(error instanceof XmlError)) return error;
  const { condition, detail, path = '' } = error;
  // A tree too deep needs no path of 2,048 steps.
  return new XmlError(condition, detail, { path: path.length > 300 ? path : joinPath(step, path) });
}
