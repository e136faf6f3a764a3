import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJid } from '@xeps/core/jid';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { version } from '../version.ts';

/** Bytes of a request. */
const maxBody = 4096;

/**
 * Accounts over HTTP, for tests that run the server as a process: `POST /SECRET/register` and `/SECRET/unregister` with
 * `{ "user", "password", "host" }`, `POST /SECRET/status`. Whoever knows the secret can do all of it.
 */
export function admin(secret: string): ServerModule {
  return serverModule({
    name: 'admin',
    setup(host) {
      host.http.add(`/${secret}/status`, (_, response) => void response.end(version));
      host.http.add(`/${secret}/register`, (request, response) =>
        answer(request, response, ({ user, password }) => {
          host.accounts.create({ user, password });
          return `${String(parseJid(`${user}@${host.domain}`))} was made`;
        }),
      );
      host.http.add(`/${secret}/unregister`, (request, response) =>
        answer(request, response, ({ user }) => (host.removeAccount(user) ? 'removed' : 'there was none')),
      );
    },
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  act: (body: { readonly user: string; readonly password: string }) => string,
): Promise<void> {
  let text = '';
  for await (const piece of request) {
    text += String(piece);
    if (text.length > maxBody) return void response.writeHead(413, { connection: 'close' }).end();
  }
  try {
    const { user, password = '' } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (request.method !== 'POST' || typeof user !== 'string' || typeof password !== 'string')
      throw new Error('POST { user, password }');
    response.end(JSON.stringify(act({ user, password })));
  } catch (error) {
    response.writeHead(409).end(JSON.stringify((error as Error).message));
  }
}
