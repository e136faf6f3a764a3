// The program as a process: what it reads, writes and says, and how it ends.
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { run, start } from './xeps.ts';

const message = `<message to='romeo@montague.lit'><body>hi</body><delay xmlns='urn:xmpp:delay' stamp='2002-09-10T23:08:25Z'/></message>`;
const messageLine =
  '{"name":"message","xmlns":"jabber:client","attrs":{"to":"romeo@montague.lit"},"payloads":[{"spec":"RFC 6121","schema":"messageBody","value":{"text":"hi"}},' +
  '{"spec":"XEP-0203","schema":"delay","value":{"stamp":"2002-09-10T23:08:25Z"}}],"unknown":[],"errors":[]}\n';

it('decode writes a line for each stanza, and a payload that stands alone is one', async () => {
  const input = `${message}\n<delay xmlns='urn:xmpp:delay' stamp='x'/><nothing xmlns='urn:example' a='1'>text</nothing>`;
  const { code, stdout, stderr } = await run(['decode'], { input });
  expect(stdout).toBe(
    messageLine +
      '{"name":"delay","xmlns":"urn:xmpp:delay","attrs":{"stamp":"x"},"payloads":[],"unknown":[],"errors":[{"spec":"XEP-0203","schema":"delay","path":"@stamp",' +
      '"message":"not a DateTime (XEP-0082), such as 2002-09-10T23:08:25Z: \\"x\\"","xml":"<delay xmlns=\\"urn:xmpp:delay\\" stamp=\\"x\\"/>"}]}\n' +
      '{"name":"nothing","xmlns":"urn:example","attrs":{"a":"1"},"payloads":[],"unknown":[{"name":"nothing","xmlns":"urn:example"}],"errors":[]}\n',
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
});

it('decode finds payloads inside payloads, and the request and the answer of one header', async () => {
  const query = `xmlns='http://jabber.org/protocol/disco#info'`;
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='a@b'><body>in</body><odd xmlns='urn:example'/></message></forwarded>`;
  const { lines } = await run(['decode'], {
    input: `<message><result xmlns='urn:xmpp:mam:2' id='1'>${forwarded}</result></message><iq type='get'><query ${query}/></iq><iq type='result'><query ${query}/></iq>`,
  });
  expect(lines[0]).toMatchObject({
    payloads: [
      { spec: 'XEP-0313', schema: 'mamResult' },
      { spec: 'RFC 6121', schema: 'messageBody', value: { text: 'in' }, at: 'result > forwarded > message' },
    ],
    unknown: [{ name: 'odd', xmlns: 'urn:example', at: 'result > forwarded > message' }],
  });
  expect(lines.slice(1).map((line) => line['payloads'])).toEqual([
    [{ spec: 'XEP-0030', schema: 'discoInfoRequest', value: {} }],
    [{ spec: 'XEP-0030', schema: 'discoInfo', value: { identities: [], features: [], forms: [] } }],
  ]);
});

it('RFC 6120 §8.3 decode reads errors, with what other specifications put into them', async () => {
  const input =
    `<iq type='error' id='1'><query xmlns='jabber:iq:roster'/><error type='modify' by='montague.lit'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>` +
    `<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>too large</text><file-too-large xmlns='urn:xmpp:http:upload:0'><max-file-size>20000</max-file-size></file-too-large></error></iq>`;
  const { lines, stdout } = await run(['decode'], { input });
  expect(lines[0]).toMatchObject({
    payloads: [
      { spec: 'RFC 6121' },
      {
        spec: 'RFC 6120',
        schema: 'stanzaError',
        value: { type: 'modify', by: 'montague.lit', condition: 'not-acceptable', text: { en: 'too large' } },
      },
      { spec: 'XEP-0363', at: 'error' },
    ],
    errors: [],
  });
  const { stdout: xml } = await run(['encode'], { input: stdout });
  expect(xml).toContain(
    '<file-too-large xmlns="urn:xmpp:http:upload:0"><max-file-size>20000</max-file-size></file-too-large></error></iq>',
  );
});

it('decode | encode | decode gives the same lines', async () => {
  const { stdout: lines } = await run(['decode'], { input: message });
  const { stdout: xml, code } = await run(['encode'], { input: lines });
  expect(xml).toBe(
    '<message to="romeo@montague.lit"><body>hi</body><delay xmlns="urn:xmpp:delay" stamp="2002-09-10T23:08:25Z"/></message>\n',
  );
  expect(code).toBe(0);
  expect((await run(['decode'], { input: xml })).stdout).toBe(lines);
});

it('malformed XML: line and column, exit code 65, what came before it is written', async () => {
  const { code, stdout, stderr } = await run(['decode'], { input: `${message}\n<iq></message>` });
  expect(stdout).toBe(messageLine);
  expect(stderr).toBe('xeps: "</message" where </iq> was expected (line 2, column 5)\n');
  expect(code).toBe(65);
  const json = await run(['decode', '--json'], { input: '<iq' });
  expect(JSON.parse(json.stderr)).toEqual({
    error: {
      code: 'ERR_XMPP_XML',
      message: 'the input ends in the middle of an element (line 1, column 4)',
      condition: 'not-well-formed',
    },
  });
  expect(json.code).toBe(65);
});

it('a wrong line: its number and the place in it, exit code 65, what came before it is written', async () => {
  const wrong = '{"name":"message","payloads":[{"spec":"XEP-0203","schema":"delay","value":{"stamp":7}}]}';
  const { code, stdout, stderr } = await run(['encode'], { input: `{"name":"presence"}\n\n${wrong}\n` });
  expect(stdout).toBe('<presence/>\n');
  expect(stderr).toBe('xeps: line 3: payloads[0].value: stamp: expected a JSON string\n');
  expect(code).toBe(65);
  expect(await run(['encode'], { input: '{"name":' })).toMatchObject({
    code: 65,
    stderr: expect.stringMatching(/^xeps: line 1: not JSON: /),
  });
});

it('a stanza is decoded as soon as it is complete', async () => {
  const { child, says, ended } = start(['decode']);
  child.stdin!.write(`${message}<mess`);
  await says(messageLine);
  child.stdin!.end('age/>');
  expect((await ended).lines).toHaveLength(2);
});

it('input without an end is refused when it passes the limit', async () => {
  const { child, ended } = start(['decode']);
  const piece = 'x'.repeat(1024 * 1024);
  child.stdin!.write('<message><body>');
  for (let i = 0; i < 9 && child.exitCode === null; i++) child.stdin!.write(piece);
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/^xeps: more than 8388608 bytes in one element \(line 1, column \d+\)\n$/);
  expect(code).toBe(65);
});

it('a reader that goes away ends the program without a word', async () => {
  const { child, says, ended } = start(['decode']);
  child.stdin!.write('<message/>');
  await says('"message"');
  child.stdout!.destroy();
  child.stdin!.write('<message/>'.repeat(100_000));
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

it('Ctrl-C ends it with 130, SIGTERM with 143', async () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const { child, says, ended } = start(['encode']);
    child.stdin!.write('{"name":"message"}\n');
    await says('<message/>');
    child.kill(signal);
    expect(await ended).toMatchObject({ code, stderr: '' });
  }
});

it('a wrong command line: a hint, exit code 64', async () => {
  expect(await run(['decod'])).toMatchObject({
    code: 64,
    stdout: '',
    stderr: `xeps: unknown command 'decod' (Did you mean decode?)\n`,
  });
  expect(await run(['decode', '--speed', '9'])).toMatchObject({
    code: 64,
    stderr: `xeps: unknown option '--speed'. See xeps --help\n`,
  });
  expect(await run(['decode', 'file.xml'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('too many arguments'),
  });
  const json = await run(['decode', '--json', 'file.xml']);
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'ERR_XEPS_USAGE' } });
  const bare = await run([]);
  expect(bare).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('Commands:') });
});

it('--help shows the commands, --version the version', async () => {
  expect(await run(['--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\n {2}decode .*\n/),
    stderr: '',
  });
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

it('bytes that are no text are refused in words', async () => {
  const { child, ended } = start(['decode']);
  child.stdin!.end(Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]));
  await once(child, 'exit');
  expect(await ended).toMatchObject({
    code: 65,
    stdout: '',
    stderr: 'xeps: bytes that are not UTF-8 (line 1, column 4)\n',
  });
});
