/**
 * Reads back what a store holds. It may be torn, older, or somebody else's: what is not as it should be reads as
 * undefined, and keys that nobody knows are left out.
 */
import { tryParseJid } from '@xeps/core/jid';
import type { StreamManagementChange, StreamManagementState } from '@xeps/xep-0198';
import type { StoredCredentials } from './types.ts';

/** A clean copy of a value; undefined when it is none of its kind. */
type Read<T = unknown> = (value: unknown) => T | undefined;

const text: Read = (value) => (typeof value === 'string' ? value : undefined);
const name: Read = (value) => text(value) || undefined;
const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined);
const time: Read = (value) => (Number.isFinite(value) ? value : undefined);
const count: Read = (value) => (Number.isInteger(value) && (value as number) >>> 0 === value ? value : undefined);
const address: Read = (value) => (typeof value === 'string' && tryParseJid(value) !== undefined ? value : undefined);

const oneOf =
  (...values: readonly unknown[]): Read =>
  (value) =>
    values.includes(value) ? value : undefined;

const all =
  (read: Read): Read =>
  (value) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.map(read);
    return items.includes(undefined) ? undefined : items;
  };

const entries =
  (read: Read): Read =>
  (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const items = Object.entries(value).map(([key, item]) => [key, read(item)] as const);
    return items.some(([, item]) => item === undefined) ? undefined : Object.fromEntries(items);
  };

/** An object with these keys, and maybe those. */
function object<T>(required: Readonly<Record<string, Read>>, optional: Readonly<Record<string, Read>> = {}): Read<T> {
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const copy: Record<string, unknown> = {};
    for (const [key, read] of Object.entries({ ...required, ...optional })) {
      const found = (value as Readonly<Record<string, unknown>>)[key];
      if (found === undefined && key in optional) continue;
      if ((copy[key] = read(found)) === undefined) return undefined;
    }
    return copy as T;
  };
}

const stanza = /* @__PURE__ */ object({ kind: oneOf('message', 'presence', 'iq'), text });
const stanzas = /* @__PURE__ */ all(/* @__PURE__ */ object({ stanza, time }));
const changes: Readonly<Record<string, Read<StreamManagementChange>>> = {
  sent: object({ type: text, stanza, time }),
  acked: object({ type: text, h: count }),
  handled: object({ type: text, h: count }),
};

/** Reads what an account signs in with. */
export const readCredentials: Read<StoredCredentials> = /* @__PURE__ */ object(
  { userAgentId: name, resource: name },
  {
    token: object({ mechanism: name, token: name, count }, { expiry: text }),
    scramKeys: entries(object({ clientKey: name, serverKey: name })),
    password: text,
    mechanism: name,
    server: object({ framing: oneOf('tcp', 'websocket'), secure: flag, features: text }),
  },
);

/** Reads a session. */
export const readState: Read<StreamManagementState> = /* @__PURE__ */ object(
  { inbound: count, outbound: count, unacked: stanzas },
  { id: name, jid: address, max: count, location: text, lost: stanzas },
);

/** Reads what happened to a session. */
export function readChange(value: unknown): StreamManagementChange | undefined {
  const type = object<{ type: string }>({ type: oneOf(...Object.keys(changes)) })(value)?.type;
  return type === undefined ? undefined : changes[type]?.(value);
}

/** What a text says as JSON; undefined when it says nothing. */
export function parseJson(json: string | null | undefined): unknown {
  try {
    return json == null ? undefined : JSON.parse(json);
  } catch {
    return undefined;
  }
}
