import { sendPing } from '@xeps/xep-0199';
import { accountOptions, address, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';

/** `xeps ping`: whether somebody is there. */
export const ping = defineCommand<ConnectOptions>({
  name: 'ping',
  summary: 'Ask whether somebody is there, and how long the answer takes',
  description: [
    "Without an address the account's own server is asked. Who answers that they know no pings has answered: for an account " +
      '(not a device of it) that is its server.',
    'With --json: {"type":"pong","jid","ms"}',
  ],
  examples: [
    ['xeps ping', 'ask the own server'],
    ['xeps ping example.org --json', 'ask another server'],
    ['xeps ping juliet@example.org/balcony --timeout 5', 'ask a device, for five seconds at most'],
  ],
  setup: (command) => timeoutOption(accountOptions(command.argument('[address]', 'whom to ask', address))),
  run: (context) =>
    online(context, async ({ client, signal, timeout }) => {
      const to = context.args[0] ?? client.jid.domain;
      const ms = Math.round((await sendPing(client, { to, signal, timeout })) * 10) / 10;
      await context.output.result({ type: 'pong', jid: to, ms }, `${to} answered in ${ms} ms`);
    }),
});
