import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { expect, test } from 'vitest';

import { connect, startServer } from './harness.ts';

const chat = (to: string, body: string): Element => {
  const message = new Element('message', { to, type: 'chat' });
  message.c('body').t(body);
  return message;
};

test('two clients in this process', async () => {
  const server = await startServer({ accounts: ['juliet', 'romeo'] });
  const juliet = await connect(server, 'juliet');
  const romeo = await connect(server, 'romeo');
  const got: string[] = [];
  romeo.on('message', (message) => got.push(message.getChildText('body') ?? ''));
  await juliet.send(chat(String(romeo.jid), 'hi'));
  await expect.poll(() => got).toEqual(['hi']);
});

test.each(['tcp', 'tls', 'http', 'https'] as const)('a client over %s', async (way) => {
  const server = await startServer({ accounts: ['juliet'], listen: {} });
  const scheme = {
    tcp: 'xmpp://127.0.0.1:',
    tls: 'xmpps://127.0.0.1:',
    http: 'ws://localhost:',
    https: 'wss://localhost:',
  }[way];
  const path = way.startsWith('http') ? '/xmpp-websocket' : '';
  const client = createClient({
    jid: 'juliet@localhost',
    password: 'juliet',
    service: `${scheme}${server.ports[way]}${path}`,
    tls: { ca: server.ca },
    allowInsecure: true,
  });
  const jid = await client.start();
  expect(String(jid)).toMatch(/^juliet@localhost\/.+/);
  await client.stop();
});
