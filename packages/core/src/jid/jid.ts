import { JidError } from './jid-error.ts';
import { MAX_OCTETS, preparePart } from './parts.ts';

/**
 * An XMPP address (RFC 7622) in canonical form, so that equal addresses have equal texts. Immutable. Made by
 * {@link parseJid} and {@link createJid}, which check and prepare the parts.
 */
export class Jid {
  /** What `instanceof` goes by. */
  static readonly brand = 'Jid';

  /** The account or room, before the `@`; undefined in the address of a server. */
  readonly local: string | undefined;
  /** The server: a domain name of U-labels, or an IP address. */
  readonly domain: string;
  /** The session, device or nickname, after the first `/`. */
  readonly resource: string | undefined;
  readonly #text: string;
  #bare: Jid | undefined;

  /** `text` is canonical. */
  private constructor(text: string) {
    const { local, domain, resource } = partsOf(text);
    this.local = local;
    this.domain = domain;
    this.resource = resource;
    this.#text = text;
    // Addresses are shared by way of the cache.
    Object.freeze(this);
  }

  /** Whether there is no resource. */
  get isBare(): boolean {
    return this.resource === undefined;
  }

  /** The address without its resource; itself when it has none. */
  bare(): Jid {
    if (this.resource === undefined) return this;
    this.#bare ??= fromCanonical(bareOf(this.#text));
    return this.#bare;
  }

  /**
   * The same account at that resource.
   *
   * @throws JidError when the resource can't stand in an address.
   */
  withResource(resource: string): Jid {
    return fromCanonical(`${bareOf(this.#text)}/${preparePart('resource', resource, false)}`);
  }

  /** Whether both are the same address; a text is parsed first, and one that is no address equals nothing. */
  equals(other: Jid | string): boolean {
    const text = String(other);
    return text === this.#text || (typeof other === 'string' && tryParseJid(other)?.toString() === this.#text);
  }

  /** The canonical text. */
  toString(): string {
    return this.#text;
  }

  /** The canonical text. */
  toJSON(): string {
    return this.#text;
  }

  /** Holds for addresses made by another copy of this package too. */
  static [Symbol.hasInstance](value: unknown): boolean {
    const made = typeof value === 'object' && value !== null && Object.getPrototypeOf(value)?.constructor;
    return made?.brand === Jid.brand;
  }
}

/** How strictly a text is taken for an address. */
export interface ParseJidOptions {
  /**
   * Take an account or resource with characters that PRECIS refuses (a symbol in an account name, an emoji newer than the
   * platform), as servers hand them out that prepare addresses by RFC 6122. All else is checked the same: structure,
   * domain, lengths, control and format characters. For what comes from the own server, not for what a person types.
   */
  readonly lenient?: boolean;
}

/**
 * Reads an XMPP address and prepares its parts (RFC 7622 §3).
 *
 * @throws JidError when the text is not an address.
 */
export function parseJid(text: string, options?: ParseJidOptions): Jid {
  const known = recall(text);
  if (known) return known;
  if (text.length <= MAX_OCTETS && PLAIN.test(text)) return remember(fromCanonical(text));
  const lenient = options?.lenient === true;
  const address = build(partsOf(text), lenient);
  return !lenient && address.toString() === text ? remember(address) : address;
}

/** {@link parseJid}, with undefined for a text that is not an address. */
export function tryParseJid(text: string, options?: ParseJidOptions): Jid | undefined {
  try {
    return parseJid(text, options);
  } catch (error) {
    if (error instanceof JidError) return undefined;
    throw error;
  }
}

/**
 * The address as it is, or the text read as one: for parameters that take either.
 *
 * @throws JidError when the text is not an address.
 */
export function jid(address: Jid | string): Jid {
  return typeof address === 'string' ? parseJid(address) : address;
}

/**
 * An address from its parts. Safer than joining texts: an `@` or `/` in the wrong part is refused instead of moving the
 * boundary.
 *
 * @throws JidError when a part can't stand in an address.
 */
export function createJid(parts: { local?: string | undefined; domain: string; resource?: string | undefined }): Jid {
  return build(parts, false);
}

/** What is before the first slash of the text of an address. Nothing is checked. */
export function bareOf(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : text.slice(0, slash);
}

// ASCII with nothing to map in it, which is nearly every address, in one linear match. What is rare is left to
// preparePart: hyphens in a row (A-labels) and domain parts that are longer than a label may be.
const PLAIN = /^(?:[!#-%(-.0-9;=?[-~]+@)?(?![^/]{64})[a-z\d_]+(?:[.-][a-z\d_]+)*(?:\/[ -~]+)?$/;

// Every stanza carries the same few addresses. Two generations, so that what is used stays and at most
// 2 × GENERATION × MAX_CACHED characters are held, whatever comes in.
const GENERATION = 2048;
const MAX_CACHED = 512;
let recent = /* @__PURE__ */ new Map<string, Jid>();
let older = /* @__PURE__ */ new Map<string, Jid>();

function recall(text: string): Jid | undefined {
  const old = older.get(text);
  return recent.get(text) ?? (old && remember(old));
}

function remember(address: Jid): Jid {
  const text = address.toString();
  if (text.length > MAX_CACHED) return address;
  if (recent.size >= GENERATION) {
    older = recent;
    recent = new Map();
  }
  recent.set(text, address);
  return address;
}

/** §3.1: the resource begins after the first slash, and only what is before it is looked at for an at-sign. */
function partsOf(text: string): Parameters<typeof createJid>[0] {
  const bare = bareOf(text);
  const at = bare.indexOf('@');
  return {
    local: at < 0 ? undefined : bare.slice(0, at),
    domain: bare.slice(at + 1),
    resource: bare === text ? undefined : text.slice(bare.length + 1),
  };
}

function build({ local, domain, resource }: Parameters<typeof createJid>[0], lenient: boolean): Jid {
  let text = preparePart('domain', domain, lenient);
  if (local !== undefined) text = `${preparePart('local', local, lenient)}@${text}`;
  if (resource !== undefined) text += `/${preparePart('resource', resource, lenient)}`;
  return fromCanonical(text);
}

function fromCanonical(text: string): Jid {
  // A text cut out of a stanza would keep the whole stanza in memory; one cut out of a new text keeps only that.
  return new (Jid as unknown as new (text: string) => Jid)(` ${text}`.slice(1));
}
