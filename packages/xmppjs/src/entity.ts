import type { Element } from '@xeps/core';

// Listeners and middleware of an emitter of another library, whose types this package does not depend on.
type Listener = (...event: never[]) => void;
/** An emitter of xmpp.js, as far as it is used here. */
interface Emitter {
  on(event: string, listener: Listener): unknown;
}

/** What this package uses of a `client()` of `@xmpp/client` or a `component()` of `@xmpp/component`. */
export interface XmppjsEntity extends Emitter {
  readonly jid: { toString(): string } | null;
  readonly status: string;
  readonly options: { readonly domain?: string };
  send(element: Element): Promise<unknown>;
  readonly middleware?: {
    use(middleware: (context: { readonly stanza: Element }, next: () => Promise<unknown>) => unknown): unknown;
  };
  readonly streamManagement?: object;
}

/** What no type of xmpp.js declares, and every entity of it has (0.13 to 0.14). */
export interface EntityInternals {
  readonly NS?: string;
  Parser: new () => EntityParser;
  parser: EntityParser | null;
  headerElement(): Element;
  _onData(data: Uint8Array | string): void;
  readonly streamManagement?: EntityStreamManagement;
}
/** The parser of an entity: an emitter of `start`, `element`, `end` and `error`. */
export interface EntityParser {
  write(data: Uint8Array | string): void;
  emit(event: string, value?: unknown): unknown;
}

/** An entity's stream management (XEP-0198), which its declared type shows only in part. */
export type EntityStreamManagement = Emitter & { readonly enabled: boolean };

/** The internals of an entity. */
export function internals(entity: XmppjsEntity): EntityInternals {
  return entity as unknown as EntityInternals;
}
