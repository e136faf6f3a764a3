// What `xeps doctor` says of a server that offers as little as a server can: no TLS, no SASL2, no answers.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptClient, scriptedServer } from '../../../packages/client/test/scripted-server.ts';
import type { ScriptedServer } from '../../../packages/client/test/scripted-server.ts';
import { start } from './xeps.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await scriptedServer();
});
afterEach(() => server.close());

function doctor(...more: string[]) {
  const args = ['doctor', '--jid', 'juliet@localhost', '--service', server.service, '--json', ...more];
  return start(args, { environment: { XEPS_PASSWORD: 'secret' } });
}

test('a server without TLS, SASL2 and anything else, on this machine', async () => {
  const asking = doctor('--timeout', '5');
  const peer = await acceptClient(server);
  const refusal = (id: string, to: string): string =>
    `<iq type='error' id='${id}' from='${to}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;
  // Of the account and of the server, once more for uploads, and the server's items.
  for (let asked = 0; asked < 4; asked += 1) {
    const [, id, to] = await peer.heard(
      /<iq [^>]*id="([^"]+)" to="([^"]+)"><query [^>]*disco#(?:info|items)"\/><\/iq>/,
    );
    peer.say(refusal(id!, to!));
  }
  await peer.heard(/<\/stream:stream>/);
  peer.say('</stream:stream>');
  const { code, lines, stderr } = await asking.ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(lines.filter(({ type }) => type !== 'service')).toEqual([
    { type: 'endpoint', service: server.service, from: 'option', tried: true, used: true },
    { type: 'tls', secure: false },
    { type: 'offer', sasl: ['PLAIN'], sasl2: [], resume: false, upgrades: [], limits: {} },
    { type: 'sign-in', profile: 'sasl', mechanism: 'PLAIN', token: false, pipelined: false, ms: expect.any(Number) },
    { type: 'session', jid: 'juliet@localhost/balcony', resumed: false },
    { type: 'stored', folder: expect.any(String), keys: [], password: false, mechanism: 'PLAIN' },
    { type: 'advice', code: 'no-tls', text: expect.any(String) },
    { type: 'advice', code: 'plain-only', text: expect.any(String) },
    { type: 'advice', code: 'no-sasl2', text: expect.any(String) },
    { type: 'advice', code: 'no-acknowledgements', text: expect.any(String) },
  ]);
  // Who did not answer has not said no.
  const archive = lines.find(({ name }) => name === 'archive');
  expect(archive).toEqual({ type: 'service', name: 'archive', spec: 'XEP-0313' });
});

test('a server that hangs up at once: where it was, and why not', async () => {
  const asking = doctor();
  const peer = await server.accept();
  await peer.heard(/<stream:stream /);
  peer.end();
  const { code, lines, stderr } = await asking.ended;
  expect(code).toBe(3);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: expect.any(String) } });
  expect(lines).toEqual([
    { type: 'endpoint', service: server.service, from: 'option', tried: true, used: false },
    { type: 'stored', folder: expect.any(String), keys: [], password: false },
  ]);
});
