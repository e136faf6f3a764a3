/**
 * Base of every error that these packages throw on purpose.
 *
 * `instanceof` holds across two installed copies of a package: classes are compared by their `brand`, never by identity.
 * A subclass declares `static override readonly brand = 'ItsName'`.
 */
export class XmppError extends Error {
  static readonly brand: string = 'XmppError';
  /** Stable and machine-readable, `ERR_XMPP_…`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.brand;
  }

  static override [Symbol.hasInstance](
    this: { readonly brand?: string; readonly prototype: object },
    value: unknown,
  ): boolean {
    if (typeof value !== 'object' || value === null) return false;
    // A subclass that declares no brand of its own is compared the ordinary way, or it would match its parent's instances.
    if (!Object.hasOwn(this, 'brand')) return Object.prototype.isPrototypeOf.call(this.prototype, value);
    for (
      let proto: object | null = Object.getPrototypeOf(value);
      proto !== null;
      proto = Object.getPrototypeOf(proto)
    ) {
      const owner = proto.constructor as { readonly brand?: string };
      if (Object.hasOwn(owner, 'brand') && owner.brand === this.brand) return true;
    }
    return false;
  }
}

/** No answer in time. */
export class TimeoutError extends XmppError {
  static override readonly brand = 'TimeoutError';
  constructor(message: string) {
    super('ERR_XMPP_TIMEOUT', message);
  }
}

/** The connection went, or was never there, and what was asked of it can't be done any more. */
export class DisconnectedError extends XmppError {
  static override readonly brand = 'DisconnectedError';
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_XMPP_DISCONNECTED', message, options);
  }
}

/** Foreign text as an error message may show it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/** A path seen from one step further out: `step` comes before it. */
export function joinPath(step: string, path: string): string {
  if (path === '') return step;
  return step + (path.startsWith('@') || path === 'text()' ? '/' : ' > ') + path;
}
