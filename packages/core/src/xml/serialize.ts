import type { Element } from '../element.ts';
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
    const prefixes = declaredPrefixes(element.attrs, none);
    return `<${checkedName(element.name, prefixes)}${writeAttributes(element.attrs, undefined, prefixes)}>`;
  } catch (error) {
    throw placed(error, element.name);
  }
}

const none: ReadonlySet<string> = /* @__PURE__ */ new Set<string>();
/** Names that were checked; bounded, because names may come from a peer. */
const goodNames = /* @__PURE__ */ new Set<string>();

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
    const prefixes = declaredPrefixes(attrs, outer);
    const name = checkedName(element.name, prefixes);
    const own: unknown = namespace ?? attrs['xmlns'];
    const inside = own === undefined || own === null ? inherited : String(own);
    let text = `<${name}`;
    if (namespace !== undefined && namespace !== inherited) text += ` xmlns="${escapeAttribute(namespace)}"`;
    text += writeAttributes(attrs, inherited, prefixes);
    if (children.length === 0) return `${text}/>`;
    text += '>';
    for (const child of children as readonly unknown[]) {
      if (typeof child === 'string') text += escapeText(child);
      else if (typeof child === 'object' && child !== null)
        text += write(child as Element, inside, undefined, prefixes, depth + 1);
      else if (child !== undefined && child !== null) text += escapeText(String(child));
    }
    return `${text}</${name}>`;
  } catch (error) {
    throw placed(error, element.name);
  }
}

/** All attributes that have a value, without an `xmlns` that is inherited anyway. */
function writeAttributes(
  attrs: Element['attrs'],
  inherited: string | undefined,
  prefixes: ReadonlySet<string>,
): string {
  let text = '';
  for (const key in attrs) {
    const value: unknown = attrs[key];
    if (value === undefined || value === null) continue;
    const written = typeof value === 'string' ? value : String(value);
    if (key === 'xmlns' && written === inherited) continue;
    try {
      text += ` ${checkedName(key, prefixes)}="${escapeAttribute(written)}"`;
    } catch (error) {
      throw placed(error, `@${key}`);
    }
  }
  return text;
}

/** What an element without `xmlns` of its own inherits from the tree it stands in. */
function enclosingNamespace(element: Element): string | undefined {
  for (let up = element.parent; up !== null && up !== undefined; up = up.parent) {
    const namespace: unknown = up.attrs['xmlns'];
    if (namespace !== undefined && namespace !== null) return String(namespace);
  }
  return undefined;
}

function declaredPrefixes(attrs: Element['attrs'], outer: ReadonlySet<string>): ReadonlySet<string> {
  let prefixes: Set<string> | undefined;
  for (const key in attrs) {
    if (key.startsWith('xmlns:')) (prefixes ??= new Set(outer)).add(key.slice(6));
  }
  return prefixes ?? outer;
}

function checkedName(name: string, prefixes: ReadonlySet<string>): string {
  if (!goodNames.has(name)) {
    if (!isQualifiedName(name)) throw new XmlError('not-well-formed', `${JSON.stringify(name)} is not a name in XML`);
    if (goodNames.size >= 4096) goodNames.clear();
    goodNames.add(name);
  }
  const colon = name.indexOf(':');
  if (colon !== -1 && !prefixes.has(name.slice(0, colon)) && !name.startsWith('xml:') && !name.startsWith('xmlns:')) {
    throw new XmlError('bad-namespace-prefix', `the prefix of "${name}" is not declared in the tree`);
  }
  return name;
}

/** The same fault, one step further out: the path is put together as the recursion unwinds. */
function placed(error: unknown, step: string): unknown {
  if (!(error instanceof XmlError)) return error;
  const { condition, path } = error;
  const before = error.path === undefined ? error.message : error.message.slice(0, error.message.lastIndexOf(' (at '));
  // A tree too deep needs no path of 2,048 steps.
  const further =
    path === undefined
      ? step
      : path.length > 300
        ? path
        : path.startsWith('@')
          ? `${step}/${path}`
          : `${step} > ${path}`;
  return new XmlError(condition, before, { path: further });
}
