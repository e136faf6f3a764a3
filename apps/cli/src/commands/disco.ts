import { FORM_TYPE } from '@xeps/xep-0004';
import type { DataForm } from '@xeps/xep-0004';
import { getDiscoInfo, getDiscoItems } from '@xeps/xep-0030';
import type { DiscoIdentity, DiscoInfo } from '@xeps/xep-0030';
import { accountOptions, address, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { oneLine } from '../text.ts';

interface DiscoOptions extends ConnectOptions {
  readonly node?: string;
  readonly items?: boolean;
}

/** `xeps disco`: what an entity is, what it can do, what belongs to it. */
export const disco = defineCommand<DiscoOptions>({
  name: 'disco',
  summary: 'Ask what an address is and can do, or what belongs to it',
  description: [
    'With --json: {"type":"info","jid","node"?,"identities":[{"category","type","name"?,"lang"?}],"features",' +
      '"forms":[{"formType"?,"fields":{NAME:[VALUE]}}]}',
    'With --json and --items, for each: {"type":"item","jid","node"?,"name"?}',
  ],
  examples: [
    ['xeps disco example.org', 'what a server is and can do'],
    ['xeps disco example.org --items', 'its services'],
    [`xeps disco example.org --json | jq -r '.features[]'`, 'its features, one a line'],
    ['xeps disco juliet@example.org --node urn:xmpp:bookmarks:1', 'a node of an account'],
  ],
  setup: (command) =>
    timeoutOption(
      accountOptions(
        command
          .argument('<address>', 'whom to ask', address)
          .option('--node <node>', 'a node of that address')
          .option('--items', 'what belongs to it instead of what it is'),
      ),
    ),
  run: (context) =>
    online(context, async ({ client, signal, timeout }) => {
      const { output, options } = context;
      const to = context.args[0]!;
      const how = { to, signal, timeout, node: options.node };
      if (options.items !== true) {
        const info = await getDiscoInfo(client, how);
        const { identities, features, forms } = info;
        const record = {
          type: 'info',
          jid: to,
          node: options.node,
          identities,
          features: [...features].sort(),
          forms: forms.map(readForm),
        };
        return output.result(record, () => describe(info));
      }
      const { items } = await getDiscoItems(client, how);
      for (const { jid, node, name } of items) {
        const text = [
          String(jid),
          ...(node === undefined ? [] : [`node ${node}`]),
          ...(name === undefined ? [] : [name]),
        ];
        await output.result({ type: 'item', jid: String(jid), node, name }, oneLine(text.join('  ')));
      }
      if (items.length === 0) output.note(`nothing belongs to ${to}`);
    }),
});

function describe({ identities, features, forms }: DiscoInfo): string {
  return [
    'Identities',
    ...identities.map((identity) => `  ${oneLine(describeIdentity(identity))}`),
    'Features',
    ...[...features].sort().map((feature) => `  ${oneLine(feature)}`),
    ...forms.flatMap(describeForm),
  ].join('\n');
}

function describeIdentity({ category, type, name }: DiscoIdentity): string {
  return `${category}/${type}${name === undefined ? '' : `  ${name}`}`;
}

function describeForm(form: DataForm): string[] {
  const { formType, fields } = readForm(form);
  return [
    `Form ${oneLine(formType ?? '')}`.trimEnd(),
    ...Object.entries(fields).map(([name, values]) => `  ${oneLine(`${name}  ${values.join(', ')}`)}`),
  ];
}

/** What a form of service discovery says (XEP-0128): what it is about, and the values of its fields. */
function readForm({ fields }: DataForm): {
  readonly formType?: string | undefined;
  readonly fields: Readonly<Record<string, readonly string[]>>;
} {
  const named = fields.flatMap(({ name, values }) => (name === undefined ? [] : [[name, values] as const]));
  const formType = named.find(([name]) => name === FORM_TYPE)?.[1][0];
  return { formType, fields: Object.fromEntries(named.filter(([name]) => name !== FORM_TYPE)) };
}
