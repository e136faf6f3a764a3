import { getSoftwareVersion } from '@xeps/xep-0092';
import { accountOptions, address, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { oneLine } from '../text.ts';

/** `xeps version`: what software somebody runs. */
export const version = defineCommand<ConnectOptions>({
  name: 'version',
  summary: 'Ask what software an address runs',
  description: ['With --json: {"type":"version","jid","name","version","os"?}'],
  examples: [
    ['xeps version example.org', 'the software of a server'],
    ['xeps version juliet@example.org/balcony', 'the software of a device'],
  ],
  setup: (command) => timeoutOption(accountOptions(command.argument('<address>', 'whom to ask', address))),
  run: (context) =>
    online(context, async ({ client, signal, timeout }) => {
      const to = context.args[0]!;
      const found = await getSoftwareVersion(client, { to, signal, timeout });
      const { name, version, os } = found;
      await context.output.result(
        { type: 'version', jid: to, ...found },
        oneLine(`${name} ${version}${os === undefined ? '' : ` on ${os}`}`),
      );
    }),
});
