import { defineCommand } from '../command.ts';

/** `xeps encode`: lines of JSON in, stanzas out. */
export const encode = defineCommand({
  name: 'encode',
  summary: 'Read lines as xeps decode writes them from standard input and write the stanzas',
  description: [
    'Each stanza is written on a line of its own, from "name", "xmlns", "attrs" and the payloads without "at". Of unknown ' +
      'payloads there is only the empty element to be written.',
    'A wrong line ends with exit code 65 after everything before it was written.',
  ],
  examples: [
    ['xeps encode < lines.jsonl', 'the stanzas of these lines'],
    [`echo '{"name":"presence","payloads":[]}' | xeps encode`, 'one that was written by hand'],
  ],
  async run({ input, output, signal }) {
    const { encodeStream } = await import('../lines/encode-stream.ts');
    for await (const stanzas of encodeStream(input, { signal })) await output.write(stanzas);
  },
});
