/** What a running server looks like to a test, whichever server it is. */
import type { Lane, ServerKind } from './installation.ts';
import type { Quirk } from './quirks.ts';

/** Loopback ports of one server. */
export interface ServerPorts {
  /** Client streams, STARTTLS required. */
  readonly c2s: number;
  /** Client streams over direct TLS (XEP-0368). */
  readonly c2sTls: number;
  readonly http: number;
  readonly https: number;
  /** External components (XEP-0114). */
  readonly component: number;
  readonly proxy65: number;
}

/** Addresses of the services that every server has. */
export interface ServerServices {
  readonly upload: string;
  readonly muc: string;
  readonly pubsub: string;
  readonly proxy65: string;
  /** The address that an external component may take, with `componentSecret`. */
  readonly component: string;
}

/** All that a test needs to use a server; plain data, so that it passes between processes as JSON. */
export interface ServerInfo {
  readonly kind: ServerKind;
  readonly lane: Lane;
  /** Where it departs from the specifications; see `quirks.ts`. */
  readonly quirks: readonly Quirk[];
  /** As the server reports it. */
  readonly version: string;
  /** The XMPP domain: what the certificate is for. */
  readonly domain: string;
  /** The address to connect to. */
  readonly host: string;
  readonly ports: ServerPorts;
  /** RFC 7395 over plain HTTP, which the servers treat as secure. */
  readonly ws: string;
  readonly wss: string;
  /** The test authority's certificate: path and text (PEM). */
  readonly ca: string;
  readonly caPem: string;
  readonly services: ServerServices;
  readonly componentSecret: string;
  /** Where accounts are made and removed; holds a secret and listens on loopback. Use `createAccount`. */
  readonly adminApi: string;
  readonly pid: number;
  /** The folder with the configuration, the data and the log. */
  readonly dir: string;
}

/** An account on a server. */
export interface Account {
  readonly user: string;
  readonly password: string;
  /** The bare address. */
  readonly jid: string;
}

/** A server that this process started. */
export interface RunningServer extends ServerInfo {
  /** @throws AccountError when the server refuses, for instance because the name is taken */
  createAccount(user: string, password: string): Promise<Account>;
  /** Removes an account and its data; nothing happens when there is none. */
  deleteAccount(user: string): Promise<void>;
  /** All that the server logged until now. */
  log(): string;
  /** Ends the server in order; removes its folder unless the caller named one. */
  stop(): Promise<void>;
  /** Ends the server as a crash would: no stream is closed, nothing is saved. The folder stays. */
  kill(): Promise<void>;
}

/** Raised when a server does not come up; the message ends with what it logged. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
}

/** Raised when a server refuses to make or remove an account. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
}

/** The part of a server's description that making accounts needs. */
export type AccountHost = Pick<ServerInfo, 'kind' | 'domain' | 'adminApi'>;

async function callAdminApi(server: AccountHost, command: string, body: Record<string, string>): Promise<void> {
  const response = await fetch(`${server.adminApi}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ host: server.domain, ...body }),
  });
  const text = await response.text();
  if (!response.ok) {
    const who = `${body['user'] ?? ''}@${server.domain}`;
    throw new AccountError(`${server.kind} refused to ${command} ${who}: HTTP ${response.status} ${text}`);
  }
}

/** Makes an account; Prosody and ejabberd take a few milliseconds. @throws AccountError */
export async function createAccount(server: AccountHost, user: string, password: string): Promise<Account> {
  await callAdminApi(server, 'register', { user, password });
  return { user, password, jid: `${user}@${server.domain}` };
}

/** Removes an account and its data; nothing happens when there is none. @throws AccountError */
export async function deleteAccount(server: AccountHost, user: string): Promise<void> {
  await callAdminApi(server, 'unregister', { user });
}
