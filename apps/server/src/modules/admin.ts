import type { IncomingMessage, ServerResponse } from 'node:http';
import { createJid } from '@xeps/core/jid';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { clientAccess } from './client-access.ts';
import { version } from '../version.ts';

/** Characters of a request. */
const maxBody = 4096;

/**
 * Accounts over HTTP, for tests that run the server as a process: `POST /SECRET/register` and `/SECRET/unregister` with
 * `{ "user", "password", "host" }`, `POST /SECRET/status`, and `POST /SECRET/clients/grant` with `{ "user", "software" }`,
 * which gives a token for OAUTHBEARER. Whoever knows the secret can do all of it. A request that can't
 * be granted is answered 409, with the reason as a JSON text.
 *
 * @throws Error when the secret can't be a part of a path
 */
export function admin(secret: string): ServerModule {
  if (!/^[\w-]{8,}$/.test(secret))
    throw new Error('the secret for making accounts needs 8 or more letters, digits, "-" or "_"');
  return serverModule({
    name: 'admin',
    setup(host, use) {
      host.http.add(`/${secret}/status`, (_, response) => void response.end(version));
      host.http.add(`/${secret}/register`, (request, response) =>
        answer(host, request, response, ({ user, password }) => {
          const jid = host.accounts.create({ user, password });
          return JSON.stringify(`${String(jid)} was made`);
        }),
      );
      host.http.add(`/${secret}/clients/grant`, (request, response) =>
        answer(host, request, response, ({ user, software }) => {
          const account = host.account(createJid({ local: user, domain: host.domain }));
          const access = use(clientAccess);
          if (account === undefined || access === undefined) throw new Error(`nobody can be let in to ${user}`);
          return access.grant(account, software);
        }),
      );
      host.http.add(`/${secret}/unregister`, (request, response) =>
        answer(host, request, response, ({ user }) =>
          JSON.stringify(host.removeAccount(user) ? 'removed' : 'there was none'),
        ),
      );
    },
  });
}

async function answer(
  { domain }: Host,
  request: IncomingMessage,
  response: ServerResponse,
  act: (body: { readonly user: string; readonly password: string; readonly software: string }) => string,
): Promise<void> {
  let text = '';
  for await (const piece of request.setEncoding('utf8') as AsyncIterable<string>) {
    if (text.length <= maxBody) text += piece;
  }
  if (text.length > maxBody) return void response.writeHead(413).end();
  try {
    const { user, password = '', software = '', host = domain } = read(text);
    if (request.method !== 'POST' || [user, password, software].some((value) => typeof value !== 'string'))
      throw new Error('POST { "user", "password", "host" }');
    if (host !== domain) throw new Error(`this server is ${domain}`);
    response.end(act({ user, password, software } as Parameters<typeof act>[0]));
  } catch (error) {
    response.writeHead(409).end(JSON.stringify((error as Error).message));
  }
}

function read(text: string): Readonly<Record<string, unknown>> {
  const body: unknown = JSON.parse(text);
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
