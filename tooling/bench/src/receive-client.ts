// One client, signed in to the bench's server, reads the body of each message. Arguments: which client, the service, how
// many messages. Prints {"milliseconds","digest"}: CPU time from asking for the messages to the last one.
import { createRequire } from 'node:module';
import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { messageBody } from '@xeps/rfc-6121';
import { cpuSince } from './client-process.ts';
import { digestOf } from './receive-digest.ts';

const [who, service, wanted] = process.argv.slice(2) as [string, string, string];
const count = Number(wanted);
const bodies: string[] = [];
let before: NodeJS.CpuUsage;

function read(body: string | null | undefined): void {
  if (typeof body !== 'string') throw new Error(`${who}: a message without a body`);
  bodies.push(body);
  if (bodies.length < count) return;
  const milliseconds = cpuSince(before);
  console.log(JSON.stringify({ milliseconds, digest: digestOf(bodies) }));
}

const clients: Readonly<Record<string, () => Promise<void>>> = {
  async 'xeps'() {
    const client = createClient({ jid: 'example.org', service, allowInsecure: true });
    client.on('message', messageBody, ({ text }) => read(text));
    await client.start();
    before = process.cpuUsage();
    await client.send(new Element('presence'));
  },
  async '@xmpp/client'() {
    const { client, xml } = await import('@xmpp/client');
    const entity = client({ service, domain: 'example.org' });
    entity.on('error', raise);
    entity.on('stanza', (stanza) => {
      if (stanza.is('message')) read(stanza.getChildText('body'));
    });
    await entity.start();
    before = process.cpuUsage();
    await entity.send(xml('presence'));
  },
  async 'stanza'() {
    const { createClient: createStanza } = createRequire(import.meta.url)('stanza') as {
      createClient(options: object): {
        on(event: 'message', listener: (message: { readonly body?: string }) => void): void;
        on(event: 'session:started', listener: () => void): void;
        sendPresence(): void;
        connect(): void;
      };
    };
    const client = createStanza({
      server: 'example.org',
      sasl: ['ANONYMOUS'],
      transports: { websocket: service, bosh: false },
    });
    client.on('message', ({ body }) => read(body));
    client.on('session:started', () => {
      before = process.cpuUsage();
      client.sendPresence();
    });
    client.connect();
  },
};

function raise(error: Error): never {
  throw error;
}

const start = clients[who];
if (start === undefined) throw new Error(`no client ${who}`);
await start();
