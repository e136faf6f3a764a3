import { isStanzaError, XmppError } from '@xeps/core';
import { ClientAccessError, listClients, revokeClient } from '@xeps/xep-0494';
import type { ClientAccess } from '@xeps/xep-0494';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand, defineGroup } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions, Online } from '../online.ts';
import { columns, localTime, oneLine } from '../text.ts';

/** `xeps clients list`: what has access to the account. */
const list = defineCommand<ConnectOptions>({
  name: 'list',
  summary: 'List what has access to the account (XEP-0494)',
  description: [
    'Programs that have signed in, and applications that were given access. What they call themselves nobody has checked. ' +
      'The access is by the password, by a token that came of it (it ends with the password), or by a grant.',
    'With --json: {"type":"client","id","kind":"session"|"access","software"?,"device"?,"uri"?,"firstSeen"?,"lastSeen"?,' +
      '"connected","current"?:true,"access","permission"}',
  ],
  examples: [
    ['xeps clients list', 'one client a line'],
    [`xeps clients list --json | jq -r 'select(.connected) | .software'`, 'what is connected now'],
  ],
  setup: (command) => timeoutOption(accountOptions(command)),
  run: (context) =>
    online(context, async (connection) => {
      const { output } = context;
      const { client, signal, timeout } = connection;
      const found = await listClients(client, { signal, timeout }).catch(explain(connection));
      const clients = found.toSorted((a, b) => (b.lastSeen?.getTime() ?? 0) - (a.lastSeen?.getTime() ?? 0));
      const current = currentOf(clients, connection);
      const records = clients.map((each) => record(each, each === current));
      const [head, ...lines] = columns([header, ...clients.map((each) => cells(each, each === current))]);
      if (!output.json && lines.length > 0) await output.result({}, head!);
      for (const [index, each] of records.entries()) await output.result(each, lines[index]!);
      if (lines.length === 0) output.note('no clients');
    }),
});

interface RevokeOptions extends ConnectOptions {}

/** `xeps clients revoke`: ends the access of one. */
const revoke = defineCommand<RevokeOptions>({
  name: 'revoke',
  summary: 'End the access of a client (XEP-0494)',
  description: [
    'The client is named by its id in xeps clients list; its sessions end too. One that knows the password keeps its access ' +
      'until the password is another one: that ends with exit code 4.',
    'With --json: {"type":"revoked","id"}',
  ],
  examples: [['xeps clients revoke zeiP41HLglIu', 'a phone that was lost']],
  setup: (command) => timeoutOption(accountOptions(command.argument('<id>', 'which client'))),
  async run(context) {
    const id = context.args[0]!;
    let revoked = false;
    try {
      await online(context, async (connection) => {
        const { client, signal, timeout } = connection;
        await revokeClient(client, id, { signal, timeout }).catch(explain(connection, id));
        revoked = true;
      });
    } catch (error) {
      // Who ends the own access is thrown out, and that was the wish.
      if (!revoked || context.signal.aborted) throw error;
    }
    await context.output.result({ type: 'revoked', id }, `${id} has no access any more`);
  },
});

/** `xeps clients`: what has access to the account. */
export const clients = defineGroup('clients', 'List what has access to the account, and end it', [list, revoke]);

/** Says what a refusal means; the refusal stays as the cause. */
function explain({ client }: Online, id?: string): (error: unknown) => never {
  return (error) => {
    const refusal = (message: string): XmppError => new ClientsError(message, error);
    if (error instanceof ClientAccessError)
      throw refusal(
        `the client ${error.clientId} has signed in with the password, and would do so again: change the password to end its access`,
      );
    if (isStanzaError(error, 'feature-not-implemented', 'service-unavailable'))
      throw refusal(`${client.jid.domain} keeps no list of what has access to an account (XEP-0494)`);
    if (isStanzaError(error, 'forbidden')) throw refusal('this client may not see, or end, the access of others');
    if (id !== undefined && isStanzaError(error, 'item-not-found'))
      throw refusal(`there is no client ${id}: xeps clients list shows those that there are`);
    throw error;
  };
}

/** The server refused; code `ERR_XMPP_CLIENT_ACCESS`, as of `ClientAccessError`. */
class ClientsError extends XmppError {
  static override readonly brand: string = 'ClientsError';
  readonly condition: string;
  constructor(message: string, cause: unknown) {
    super('ERR_XMPP_CLIENT_ACCESS', message, { cause });
    const { reason, condition } = cause as { readonly reason?: string; readonly condition?: string };
    this.condition = reason ?? condition ?? '';
  }
}

/**
 * Which of them is this program. The list does not say so: it is known where one alone can be it, and this one has told
 * the server its name.
 */
function currentOf(all: readonly ClientAccess[], { client }: Online): ClientAccess | undefined {
  if (client.signIn?.profile !== 'sasl2') return undefined;
  const candidates = all.filter(({ connected, userAgent }) => connected && userAgent?.software === 'xeps');
  return candidates.length === 1 ? candidates[0] : undefined;
}

function record(
  { id, type, firstSeen, lastSeen, connected, permission, userAgent, ...more }: ClientAccess,
  current: boolean,
): object {
  return {
    type: 'client',
    id,
    kind: type,
    ...userAgent,
    firstSeen,
    lastSeen,
    connected,
    ...(current && { current }),
    access: waysOf(more),
    permission: permission.status,
  };
}

const header = ['ID', 'SOFTWARE', 'DEVICE', 'FIRST SEEN', 'LAST SEEN', 'CONNECTED', 'ACCESS BY'];

function cells({ id, firstSeen, lastSeen, connected, userAgent, ...more }: ClientAccess, current: boolean): string[] {
  const short = (text = ''): string => (text.length > 30 ? `${text.slice(0, 29)}…` : text);
  return [
    id,
    short(userAgent?.software),
    short(userAgent?.device),
    firstSeen === undefined ? '' : localTime(firstSeen),
    lastSeen === undefined ? '' : localTime(lastSeen),
    connected ? 'yes' : 'no',
    waysOf(more).join(', ') + (current ? '  (this one)' : ''),
  ].map(oneLine);
}

/** `password`, `token`, `grant`, and the names of ways that are unknown here. */
function waysOf({ auth }: Pick<ClientAccess, 'auth'>): string[] {
  const { password, fast, grant, other } = auth;
  return [
    ...(password ? ['password'] : []),
    ...(fast ? ['token'] : []),
    ...(grant === undefined ? [] : ['grant']),
    ...other.map(({ name }) => name),
  ];
}
