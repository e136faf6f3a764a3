import { defineCommand } from '../command.ts';

/** `xeps decode`: stanzas in, lines of JSON out. */
export const decode = defineCommand({
  name: 'decode',
  summary: 'Read stanzas from standard input and write each as a line of JSON',
  description: [
    'A line: {"name","xmlns","attrs","payloads":[{"spec","schema","value"}],"unknown":[{"name","xmlns"}],"errors":[{"spec","schema","path","message"}]}',
    'Payloads that stand inside another one come after it and have "at", the elements around them. An element without a ' +
      'namespace is jabber:client; one that is no stanza is itself the payload.',
    'Malformed XML ends with exit code 65 after everything before it was written.',
  ],
  examples: [
    ['xeps decode < stanzas.xml', 'one line for each stanza in the file'],
    [`xeps raw | xeps decode | jq .payloads`, 'what comes in, as JSON'],
    ['xeps decode < a.xml | xeps encode > b.xml', 'there and back'],
  ],
  async run({ input, output, signal }) {
    // Loads every specification's package, which the other commands can do without.
    const { decodeStream } = await import('../lines/decode-stream.ts');
    for await (const lines of decodeStream(input, { signal })) await output.write(lines);
  },
});
