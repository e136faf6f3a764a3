import { getRoster } from '@xeps/rfc-6121';
import type { RosterItem } from '@xeps/rfc-6121';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { oneLine } from '../text.ts';

/** `xeps roster`: the account's contacts. */
export const roster = defineCommand<ConnectOptions>({
  name: 'roster',
  summary: "List the account's contacts",
  description: [
    "The subscription says who sees whose presence: to (this account sees the contact's), from, both or none.",
    'With --json, sorted by address: {"type":"contact","jid","name"?,"subscription","ask"?,"approved","groups"}',
  ],
  examples: [
    ['xeps roster', 'one contact a line'],
    [`xeps roster --json | jq -r 'select(.subscription == "none") | .jid'`, 'contacts without a subscription'],
  ],
  setup: (command) => timeoutOption(accountOptions(command)),
  run: (context) =>
    online(context, async ({ client, signal, timeout }) => {
      const { items } = (await getRoster(client, { signal, timeout })) ?? { items: [] };
      const sorted = items.map((item) => ({ item, jid: String(item.jid) })).sort((a, b) => (a.jid < b.jid ? -1 : 1));
      for (const { item, jid } of sorted) await context.output.result({ type: 'contact', ...item, jid }, line(item));
      if (items.length === 0) context.output.note('no contacts');
    }),
});

function line({ jid, name, subscription, ask, groups }: RosterItem): string {
  const more = [
    subscription,
    ...(ask === undefined ? [] : ['asked']),
    ...(groups.length > 0 ? [`in ${groups.join(', ')}`] : []),
  ];
  return oneLine(`${String(jid)}${name === undefined ? '' : `  ${name}`}  (${more.join('; ')})`);
}
