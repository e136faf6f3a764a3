import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { online } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { openFile, upload as uploadTo } from '../upload.ts';

/** `xeps upload`: a file, for everybody who knows its address. */
export const upload = defineCommand<ConnectOptions>({
  name: 'upload',
  summary: 'Upload a file and write the address to get it from',
  description: [
    'Whoever knows the address can read the file (XEP-0363).',
    'With --json: {"type":"upload","url","name","size","mediaType"}',
  ],
  examples: [
    ['xeps upload cat.jpg', 'the address of the file'],
    ['xeps send juliet@example.org "$(xeps upload talk.pdf)"', 'upload and tell somebody'],
  ],
  setup: (command) => timeoutOption(accountOptions(command.argument('<file>', 'what to upload'))),
  async run(context) {
    const file = await openFile(context.args[0]!);
    await online(context, async (connection) => {
      const url = await uploadTo(context.output, connection, file);
      await context.output.result(
        { type: 'upload', url, name: file.name, size: file.body.size, mediaType: file.type },
        url,
      );
    });
  },
});
