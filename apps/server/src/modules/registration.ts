import { NS_CLIENT, StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { createJid, JidError } from '@xeps/core/jid';
import { createElement, SaslError } from '@xeps/stream';
import { NS_REGISTER, registerFeature, registerQuery, registration as schema, registrationQuery } from '@xeps/xep-0077';
import type { Registration, RegistrationInput } from '@xeps/xep-0077';
import { AccountError } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';

/** Accounts that one connection may make. */
const maxAccounts = 10;

const fields: RegistrationInput = { instructions: 'Choose a user name and a password.', username: '', password: '' };

/** Accounts are made, changed and removed by their owners (XEP-0077). */
export const registration: ServerModule = serverModule({
  name: 'registration',
  setup(host) {
    const made = new WeakMap<object, number>();
    host.streamParts.push({
      features: ({ wire, account }) => (wire.secure && account === undefined ? [registerFeature.encode({})] : []),
      element(stream, element) {
        if (stream.account !== undefined || !element.is('iq', NS_CLIENT) || !stream.wire.secure) return false;
        const query = element.getChild('query', NS_REGISTER);
        if (query === undefined) return false;
        const reply = (type: string, ...children: Element[]): void =>
          stream.send(
            createElement('iq', NS_CLIENT, { type, id: element.attrs['id'] as string, from: host.domain }, children),
          );
        try {
          if (element.attrs['type'] === 'get') return (reply('result', schema.encode(fields)), true);
          const count = (made.get(stream) ?? 0) + 1;
          if (count > maxAccounts)
            throw new StanzaError('resource-constraint', { text: 'enough accounts for one connection' });
          made.set(stream, count);
          create(host, query);
          reply('result');
        } catch (error) {
          if (!(error instanceof StanzaError)) throw error;
          reply('error', error.element);
        }
        return true;
      },
    });

    const tables = [host.serverIq, host.accountIq];
    for (const table of tables) {
      table.handle(registrationQuery, (_, { from, session }) => {
        if (session === undefined) throw new StanzaError('forbidden');
        return { ...fields, registered: true, username: from.local!, password: '' };
      });
      table.handle(registerQuery, (request, { from, session, stanza }) => {
        if (session === undefined) throw new StanzaError('forbidden');
        if (request.remove) return cancel(host, from.local!, stanza);
        return change(host, from.local!, request);
      });
    }
    host.disco.server.feature(NS_REGISTER);
  },
});

/** §3.1.1 */
function create(host: Host, query: Element): void {
  const decoded = schema.safeDecode(query);
  const { username, password } = decoded.ok ? decoded.value : {};
  if (!username || !password)
    throw new StanzaError('not-acceptable', { text: 'a user name and a password are needed' });
  try {
    host.accounts.create({ user: username, password });
  } catch (error) {
    if (error instanceof AccountError) throw new StanzaError('conflict', { text: error.message });
    if (error instanceof JidError || error instanceof SaslError)
      throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
}

/** §3.3 */
async function change(host: Host, own: string, { username, password }: Registration): Promise<undefined> {
  if (!password || (username !== undefined && username !== own)) {
    throw new StanzaError('bad-request', { text: 'the own user name and a new password' });
  }
  try {
    await host.accounts.setPassword({ user: own, password });
  } catch (error) {
    if (error instanceof SaslError) throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
  host.hooks.run('passwordChanged', { account: createJid({ local: own, domain: host.domain }) });
  return undefined;
}

/** §3.2: the answer goes out before the account is gone. */
function cancel(host: Host, user: string, stanza: Element): undefined {
  if (stanza.getChild('query', NS_REGISTER)!.getChildElements().length !== 1) throw new StanzaError('bad-request');
  setImmediate(() => host.removeAccount(user));
  return undefined;
}
