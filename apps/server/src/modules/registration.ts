import { NS_CLIENT, StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { JidError, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { createElement, SaslError } from '@xeps/stream';
import { NS_REGISTER, registerFeature, registerQuery, registration as schema, registrationQuery } from '@xeps/xep-0077';
import type { Registration, RegistrationInput } from '@xeps/xep-0077';
import { AccountError } from '../host/accounts.ts';
import type { Host } from '../host/host.ts';
import type { IqContext } from '../host/iq-table.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import type { ServerStream, StreamPart } from '../stream/server-stream.ts';

/** How often one connection may try, and how many accounts there may be in the end. */
const limits = { attempts: 10, accounts: 10_000, password: 1024 };

const instructions = 'Choose a user name and a password.';
const fields: RegistrationInput = { instructions, username: '', password: '' };

/** Accounts are made, changed and removed by their owners (XEP-0077). */
export const registration: ServerModule = serverModule({
  name: 'registration',
  setup(host) {
    // Without it accounts are the operator's to make; their owners change and cancel them all the same.
    if (host.options.registration) host.streamParts.push(registrationPart(host));

    const accountOf = ({ from, session }: IqContext): Jid => {
      if (session === undefined) throw new StanzaError('forbidden');
      const account = host.account(from);
      // §3.2: signed in without an account.
      if (account === undefined) throw new StanzaError('registration-required');
      return account;
    };
    for (const table of [host.serverIq, host.accountIq]) {
      table.handle(registrationQuery, (_, context) => {
        const { local } = accountOf(context);
        return { instructions, registered: true, username: local!, password: '' };
      });
      table.handle(registerQuery, (request, context) => {
        const account = accountOf(context);
        return request.remove ? cancel(host, account, context.stanza) : change(host, context.session!, request);
      });
    }
    host.disco.server.feature(NS_REGISTER);
  },
});

/** §3.1.1, §8: accounts are made before signing in. */
function registrationPart(host: Host): StreamPart {
  const attempts = new WeakMap<ServerStream, number>();

  function answer(
    stream: ServerStream,
    type: 'get' | 'set',
    id: unknown,
    query: Element,
  ): RegistrationInput | undefined {
    // RFC 6120 §8.1.3
    if (id === undefined) throw new StanzaError('bad-request', { text: 'an IQ needs an id' });
    if (type === 'get') return fields;
    const count = (attempts.get(stream) ?? 0) + 1;
    attempts.set(stream, count);
    if (count > limits.attempts)
      throw new StanzaError('not-acceptable', { text: 'enough accounts for one connection' });
    create(host, query);
    return undefined;
  }

  return {
    features: ({ wire, account }) => (wire.secure && account === undefined ? [registerFeature.encode({})] : []),
    element(stream, element) {
      if (stream.account !== undefined || !element.is('iq', NS_CLIENT) || !stream.wire.secure) return false;
      const { id, type, to } = element.attrs as Readonly<Record<string, string | undefined>>;
      const query = element.getChild('query', NS_REGISTER);
      if (query === undefined || (type !== 'get' && type !== 'set')) return false;
      if (to !== undefined && tryParseJid(to)?.equals(host.jid) !== true) return false;
      const reply = (kind: 'result' | 'error', ...children: Element[]): void =>
        stream.send(createElement('iq', NS_CLIENT, { type: kind, id, from: host.domain }, children));
      try {
        const result = answer(stream, type, id, query);
        reply('result', ...(result === undefined ? [] : [schema.encode(result)]));
      } catch (error) {
        if (!(error instanceof StanzaError)) throw error;
        reply('error', error.element);
      }
      return true;
    },
  };
}

/** §3.1.1 */
function create(host: Host, query: Element): void {
  const decoded = schema.safeDecode(query);
  // What is wrong with it is not told: the message might hold the password.
  if (!decoded.ok) throw new StanzaError('bad-request');
  const { username, password, remove } = decoded.value;
  // §3.2: whose registration that would be is not known.
  if (remove) throw new StanzaError('unexpected-request', { text: 'sign in to cancel a registration' });
  if (!username || !password)
    throw new StanzaError('not-acceptable', { text: 'a user name and a password are needed' });
  checkPassword(password);
  if (host.accounts.names().length >= limits.accounts)
    throw new StanzaError('resource-constraint', { text: 'there are accounts enough on this server' });
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
async function change(host: Host, session: ClientSession, { username, password }: Registration): Promise<undefined> {
  const account = session.jid.bare();
  if (!password) throw new StanzaError('bad-request', { text: 'a new password is needed' });
  // §3.1.1: who has an account makes no second one.
  if (username !== undefined && tryParseJid(`${username}@${host.domain}`)?.equals(account) !== true)
    throw new StanzaError('not-acceptable', { text: `the account is ${String(account)}` });
  checkPassword(password);
  try {
    await host.accounts.setPassword({ user: account.local!, password });
  } catch (error) {
    if (error instanceof SaslError) throw new StanzaError('not-acceptable', { text: error.message });
    throw error;
  }
  host.hooks.run('passwordChanged', { account, session });
  return undefined;
}

function checkPassword(password: string): void {
  if (password.length > limits.password)
    throw new StanzaError('not-acceptable', { text: `a password has at most ${limits.password} characters` });
}

/** §3.2: the answer goes out before the account is gone. */
function cancel(host: Host, account: Jid, stanza: Element): undefined {
  if (stanza.getChild('query', NS_REGISTER)!.getChildElements().length !== 1) throw new StanzaError('bad-request');
  setImmediate(() => host.removeAccount(account.local!));
  return undefined;
}
