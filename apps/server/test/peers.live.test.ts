/** Clients that are not ours, on this server. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { client as xmppClient, xml } from '@xmpp/client';
import { sendMessage, sendPresence } from '@xeps/rfc-6121';
import { expect, onTestFinished, test } from 'vitest';

import type { Server } from '../src/index.ts';
import { connect, startServer } from './harness.ts';

const run = promisify(execFile);
const script = (name: string): string => join(import.meta.dirname, 'peers', name);

async function begin(): Promise<{ server: Server; folder: string; port: string; certificate: string }> {
  const server = await startServer({ accounts: ['juliet', 'romeo'], listen: {} });
  const folder = await mkdtemp(join(tmpdir(), 'xeps-peer-'));
  onTestFinished(() => rm(folder, { recursive: true, maxRetries: 5 }));
  const certificate = join(folder, 'ca.pem');
  await writeFile(certificate, server.ca);
  return { server, folder, port: String(server.ports.tcp), certificate };
}

/** Romeo, with our own client: answers the first message, and says whom he has heard of. */
async function romeo(server: Server) {
  const client = await connect(server, 'romeo');
  const heard: string[] = [];
  const asked: string[] = [];
  client.on('message', (message) => {
    const body = message.getChildText('body');
    if (body === null) return;
    heard.push(body);
    void sendMessage(client, { to: 'juliet@localhost', type: 'chat', body: 'an answer' });
  });
  client.on('presence', (presence) => {
    if (presence.attrs['type'] === 'subscribe') asked.push(String(presence.attrs['from']));
  });
  await sendPresence(client);
  return { client, heard, asked };
}

test('slixmpp signs in, exchanges presence and messages, and reads the archive', async () => {
  const { server, port, certificate } = await begin();
  const { heard, asked } = await romeo(server);
  // Debian's Python, which has the library.
  const { stdout } = await run(
    '/usr/bin/python3',
    [script('slixmpp_peer.py'), 'juliet@localhost', 'juliet', port, certificate, 'romeo@localhost'],
    {
      timeout: 50_000,
    },
  );
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(events).toContainEqual({ event: 'message', sender: 'romeo@localhost', body: 'an answer' });
  expect(events).toContainEqual({ event: 'archive', bodies: ['from slixmpp', 'an answer'] });
  expect(events.at(-1)).toEqual({ event: 'done' });
  expect(heard).toEqual(['from slixmpp']);
  expect(asked).toEqual(['juliet@localhost']);
});

test('profanity signs in, gets what was said before, exchanges messages and asks for presence', async () => {
  const { server, folder, port } = await begin();
  const { client, heard, asked } = await romeo(server);
  await sendMessage(client, { to: 'juliet@localhost', type: 'chat', body: 'said before' });
  const { stdout } = await run(
    '/usr/bin/python3',
    [script('profanity_peer.py'), 'juliet@localhost', 'juliet', port, 'romeo@localhost', join(folder, 'home')],
    {
      timeout: 55_000,
    },
  );
  const { chats } = JSON.parse(stdout) as { chats: string };
  expect(chats).toMatch(
    /romeo@localhost[^\n]*: said before\n[^\n]*me: from profanity\n[^\n]*romeo@localhost[^\n]*: an answer/,
  );
  expect(heard).toEqual(['from profanity']);
  expect(asked).toEqual(['juliet@localhost']);
});

test('a bare @xmpp/client signs in, exchanges presence and messages, and reads the archive', async () => {
  const { server } = await begin();
  const { client, heard } = await romeo(server);
  const juliet = xmppClient({
    service: server.websocket!.replace('localhost:', '127.0.0.1:'),
    domain: 'localhost',
    username: 'juliet',
    password: 'juliet',
  });
  juliet.on('error', () => {});
  onTestFinished(async () => void (await juliet.stop()));
  const got: string[] = [];
  const archived: string[] = [];
  juliet.on('stanza', (stanza) => {
    const result = stanza.getChild('result', 'urn:xmpp:mam:2');
    const inside = result?.getChild('forwarded')?.getChild('message');
    if (inside) archived.push(inside.getChildText('body') ?? '');
    else if (stanza.getChildText('body')) got.push(stanza.getChildText('body')!);
  });
  await juliet.start();
  await juliet.send(xml('presence'));
  await juliet.send(xml('presence', { to: String(client.jid.bare()), type: 'subscribe' }));
  await juliet.send(xml('message', { to: 'romeo@localhost', type: 'chat' }, xml('body', {}, 'from xmpp.js')));
  await expect.poll(() => got, { timeout: 10_000 }).toEqual(['an answer']);
  await juliet.iqCaller.request(xml('iq', { type: 'set' }, xml('query', { xmlns: 'urn:xmpp:mam:2' })), 10_000);
  expect(archived).toEqual(['from xmpp.js', 'an answer']);
  expect(heard).toEqual(['from xmpp.js']);
});
