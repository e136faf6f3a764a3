import { XmppError } from '@xeps/core';
import { InvalidArgumentError } from 'commander';
import { NegotiationError } from '@xeps/stream';
import type { StreamModule } from '@xeps/stream';
import { registerAccount, RegistrationError } from '@xeps/xep-0077';
import type { Account } from '../account.ts';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { UsageError } from '../failure.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';

type Fields = Readonly<Record<string, string>>;

interface RegisterOptions extends ConnectOptions {
  readonly field?: Fields;
}

/** `xeps register`: a new account. */
export const register = defineCommand<RegisterOptions>({
  name: 'register',
  summary: 'Make a new account on a server that lets people register (XEP-0077)',
  description: [
    'The address and the password are those that the account shall have. What else the server asks for is given with --field; ' +
      'without it, the error names the fields. The new account is signed in to once.',
    'With --json: {"type":"registered","jid"}',
  ],
  examples: [
    ['XEPS_PASSWORD=… xeps register --jid juliet@example.org', 'a new account'],
    ['xeps register --jid juliet@example.org --password-command "pass xmpp/juliet"', 'with a password from a manager'],
    ['xeps register --jid juliet@example.org --field email=juliet@example.net', 'where the server asks for more'],
  ],
  setup: (command) =>
    timeoutOption(accountOptions(command)).option(
      '--field <name=value>',
      'what else the server asks for; may be given several times',
      field,
      {},
    ),
  async run(context) {
    const { field: fields = {} } = context.options;
    try {
      await online(
        context,
        async ({ client }) => {
          const jid = String(client.jid.bare());
          await context.output.result({ type: 'registered', jid }, `registered ${jid}`);
        },
        // What is stored of an earlier account of that name must not sign in before the new one is made.
        { modules: (account) => [registration(account, fields)], store: 'none' },
      );
    } catch (error) {
      throw reasonOf(error);
    }
  },
});

function field(text: string, others: Fields): Fields {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return { ...others, [name]: value };
}

function registration({ jid, password, service }: Account, fields: Fields): StreamModule {
  if (jid.local === undefined || password === undefined)
    throw new UsageError(`${jid.domain} is a server; give the address that the account shall have`);
  return registerAccount({
    entries: async () => ({ username: jid.local, password: await password(), ...fields }),
    // A WebSocket on this machine has no TLS and needs none. On TCP, STARTTLS comes first in any case.
    trustConnection: service !== undefined && /^ws:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?=[:/]|$)/i.test(service),
  });
}

/** Why there is no account: the server's answer, or what it asks for, rather than that the stream came to nothing. */
function reasonOf(error: unknown): unknown {
  const cause = error instanceof NegotiationError ? error.cause : undefined;
  if (cause instanceof RegistrationError && cause.reason === 'incomplete') {
    return new UsageError(
      `the server asks for more: give ${cause.fields.map((name) => `--field ${name}=…`).join(' ')}`,
    );
  }
  return cause instanceof XmppError ? cause : error;
}
