/** The line of JSON that stands for an element. */
import { NS_CLIENT, contentNamespace } from '@xeps/core';
import type { Json } from '@xeps/core/schema';

/** A payload that a schema read. */
export interface PayloadEntry {
  /** `XEP-0313`, `RFC 6121`. */
  readonly spec: string;
  /** The name under which the specification's package exports the schema. */
  readonly schema: string;
  readonly value: Json;
  /** Of one inside another payload: the elements around it, from the top one. `result > forwarded > message` */
  readonly at?: string;
}

/** A payload that no schema takes. */
export interface UnknownEntry {
  readonly name: string;
  readonly xmlns: string;
  readonly at?: string;
}

/** A payload that is broken. */
export interface ErrorEntry {
  readonly spec: string;
  readonly schema: string;
  /** Where in the payload. */
  readonly path: string;
  readonly message: string;
  readonly at?: string;
  /** The payload as it is, when it stands in no other one: so that it can be written again. */
  readonly xml?: string;
}

/** An element. */
export interface Line {
  readonly name: string;
  readonly xmlns: string;
  /** As written; without `xmlns`. */
  readonly attrs: Readonly<Record<string, string>>;
  /** Text that stands in the stanza itself and is not only white space. */
  readonly text?: string;
  readonly payloads: readonly PayloadEntry[];
  readonly unknown: readonly UnknownEntry[];
  readonly errors: readonly ErrorEntry[];
}

const stanzas: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** Whether an element of that name is a stanza, on a client's, a server's or a component's stream. */
export function isStanza(name: string, xmlns: string): boolean {
  return stanzas.has(name) && contentNamespace(xmlns) === NS_CLIENT;
}
