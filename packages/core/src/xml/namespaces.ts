// Namespaces in XML 1.0. A tree that the parser gives carries no prefix on elements: `<c:x xmlns:c='urn:c'>` is the
// element `x` with `attrs.xmlns` `urn:c`. So nobody who looks for `x` in `urn:c` can miss it, and nobody takes another
// namespace's `c:x` for it. Prefixed attributes keep their name, and the declaration of their prefix stays on (or moves
// to) the same element. Consequence: prefixes inside values (QNames as content) are not kept; no XEP needs them bound.
import type { Element } from '../element.ts';
import { fail, type Position } from './position.ts';

const NS_XML = 'http://www.w3.org/XML/1998/namespace';
const NS_XMLNS = 'http://www.w3.org/2000/xmlns/';

/** What names mean inside an element. */
export interface Scope {
  /** The default namespace of the source text; '' is none. */
  readonly inherited: string;
  /** The default namespace of the tree that is built: the enclosing element's own. */
  readonly own: string;
  /** Declared prefixes, without `xml`. */
  readonly prefixes: ReadonlyMap<string, string>;
}

const noPrefixes: ReadonlyMap<string, string> = /* @__PURE__ */ new Map();

/** The scope of an element that stands alone, where unprefixed names are in `xmlns` and prefixes are bound as given. */
export function rootScope(xmlns = '', prefixes = noPrefixes): Scope {
  return { inherited: xmlns, own: '', prefixes };
}

/** The scope of what a stream's header encloses. */
export function headerScope(header: Element): Scope {
  const prefixes = new Map<string, string>();
  for (const key of Object.keys(header.attrs)) {
    if (key.startsWith('xmlns:')) prefixes.set(key.slice(6), String(header.attrs[key]));
  }
  return { inherited: String(header.attrs['xmlns'] ?? ''), own: '', prefixes };
}

/** Refuses `xmlns='…'` that would bind the default namespace to a reserved one (§3). */
export function checkDefault(namespace: string, text: string, offset: number, origin: Position): void {
  if (namespace === NS_XML || namespace === NS_XMLNS) {
    fail(text, offset, origin, 'not-well-formed', `"${namespace}" is reserved and cannot be the default namespace`);
  }
}

/**
 * Resolves prefixes of an element whose name or attributes have some; its `attrs` are as written, `rawName` too.
 * The element leaves without a prefix unless `header`, which keeps everything as written. Returns the scope inside.
 */
export function bindPrefixes(
  element: Element,
  rawName: string,
  scope: Scope,
  header: boolean,
  text: string,
  offset: number,
  origin: Position,
): Scope {
  const written = element.attrs as Readonly<Record<string, string>>;
  const prefixes = new Map(scope.prefixes);
  for (const key of Object.keys(written)) {
    if (!key.startsWith('xmlns:')) continue;
    const prefix = key.slice(6);
    const namespace = written[key] as string;
    // §3: xml is bound to its own namespace and to nothing else, xmlns to nothing, neither namespace to another
    // prefix; and §5: in version 1.0 a prefix cannot be undeclared.
    const legal =
      prefix === 'xml'
        ? namespace === NS_XML
        : prefix !== 'xmlns' && namespace !== '' && namespace !== NS_XML && namespace !== NS_XMLNS;
    if (!legal) fail(text, offset, origin, 'not-well-formed', `${key}="${namespace}" is not a legal declaration`);
    if (prefix !== 'xml') prefixes.set(prefix, namespace);
  }
  const bound = (name: string): string => {
    const prefix = name.slice(0, name.indexOf(':'));
    // No element is in the XML namespace, and one there could not be written without its prefix.
    const namespace = prefixes.get(prefix);
    if (namespace === undefined) {
      fail(text, offset, origin, 'bad-namespace-prefix', `no namespace is declared for the prefix of "${name}"`);
    }
    return namespace;
  };

  const inherited = Object.hasOwn(written, 'xmlns') ? (written['xmlns'] as string) : scope.inherited;
  const colon = rawName.indexOf(':');
  const own = colon === -1 ? inherited : bound(rawName);
  const kept: Record<string, string> = {};
  const expanded = new Set<string>();
  for (const key of Object.keys(written)) {
    if (key === 'xmlns' || key.startsWith('xmlns:')) continue;
    const value = written[key] as string;
    Object.defineProperty(kept, key, { value, enumerable: true, writable: true, configurable: true });
    const separator = key.indexOf(':');
    if (separator === -1 || key.startsWith('xml:')) continue;
    const namespace = bound(key);
    const name = `${key.slice(separator + 1)} ${namespace}`;
    // §6.3: two attributes of the same name in the same namespace, by different prefixes.
    if (expanded.has(name)) fail(text, offset, origin, 'not-well-formed', `attribute "${key}" is given twice`);
    expanded.add(name);
    kept[`xmlns:${key.slice(0, separator)}`] = namespace;
  }
  if (header) return { inherited, own, prefixes };

  if ((Object.hasOwn(written, 'xmlns') && colon === -1) || own !== scope.own) kept['xmlns'] = own;
  element.name = colon === -1 ? rawName : rawName.slice(colon + 1);
  element.attrs = kept;
  return { inherited, own, prefixes };
}
