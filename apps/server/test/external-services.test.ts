/** XEP-0215 on the embedded server: no package has its elements, so that they are written and read as text. */
import { createHmac } from 'node:crypto';
import { iqQuery } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { parseElement } from '@xeps/core/xml';
import { createComponent } from '@xeps/component';
import { describe, expect, onTestFinished, test } from 'vitest';

import { testClock } from '../src/index.ts';
import type { ExternalService, Server } from '../src/index.ts';
import { startServer } from './harness.ts';
import { signedIn } from './raw.ts';

const NS = 'urn:xmpp:extdisco:2';
const secret = 'north';
const externalServices: readonly ExternalService[] = [
  { type: 'stun', host: 'stun.example.org', port: 3478, transport: 'udp' },
  { type: 'turn', host: 'turn.example.org', port: 3478, transport: 'udp', secret },
  { type: 'turn', host: 'turn.example.org', port: 5349, transport: 'tcp', secret },
  { type: 'turn', host: 'open.example.org' },
];
const start = (): Promise<Server> =>
  startServer({ accounts: ['juliet'], clock: testClock(Date.UTC(2026, 0, 1)), externalServices });

/** The attributes of the services that a request is answered with, or the condition of the error. */
async function ask(server: Server, payload: string, type = 'get'): Promise<object[] | string> {
  const raw = await signedIn(server, 'juliet', 'balcony');
  raw.send(`<iq type='${type}' id='1' to='localhost'>${payload}</iq>`);
  const answer = parseElement(/<iq.*<\/iq>/.exec(await raw.until(/<\/iq>/))![0], { xmlns: 'jabber:client' });
  const error = answer.getChild('error');
  if (error !== undefined) return error.getChildElements()[0]!.name;
  return answer
    .getChildElements()[0]!
    .getChildElements()
    .map(({ attrs }) => ({ ...attrs, xmlns: undefined }));
}

const stun = { type: 'stun', host: 'stun.example.org', port: '3478', transport: 'udp' };
const open = { type: 'turn', host: 'open.example.org' };
// A day later, in seconds since 1970.
const username = '1767312000:juliet@localhost';
const granted = {
  type: 'turn',
  host: 'turn.example.org',
  restricted: 'true',
  username,
  password: createHmac('sha1', secret).update(username).digest('base64'),
  expires: '2026-01-02T00:00:00Z',
};
const udp = { ...granted, port: '3478', transport: 'udp' };
const tcp = { ...granted, port: '5349', transport: 'tcp' };

describe('services', () => {
  test('§3.1 all of them, with credentials for a day', async () => {
    expect(await ask(await start(), `<services xmlns='${NS}'/>`)).toEqual([stun, udp, tcp, open]);
  });

  test('§3.2 those of a type', async () => {
    const server = await start();
    expect(await ask(server, `<services xmlns='${NS}' type='stun'/>`)).toEqual([stun]);
    expect(await ask(server, `<services xmlns='${NS}' type='ftp'/>`)).toEqual([]);
  });
});

describe('§3.3 credentials', () => {
  test.each([
    ['of all that match', `host='turn.example.org' type='turn'`, [udp, tcp]],
    ['of a port', `host='turn.example.org' type='turn' port='5349'`, [tcp]],
    ['of another port', `host='turn.example.org' type='turn' port='1'`, 'item-not-found'],
    ['of another type', `host='turn.example.org' type='stun'`, 'item-not-found'],
    ['of what needs none', `host='open.example.org' type='turn'`, 'item-not-found'],
    ['of nobody', `host='example.org' type='turn'`, 'item-not-found'],
    ['without a type', `host='turn.example.org'`, 'bad-request'],
    ['without a host', `type='turn'`, 'bad-request'],
    ['of no port', `host='turn.example.org' type='turn' port='all'`, 'bad-request'],
  ])('%s', async (_, attributes, expected) => {
    expect(await ask(await start(), `<credentials xmlns='${NS}'><service ${attributes}/></credentials>`)).toEqual(
      expected,
    );
  });

  test.each([
    ['nothing', ''],
    ['several', `<service host='turn.example.org' type='turn'/><service host='turn.example.org' type='turn'/>`],
  ])('of %s', async (_, children) => {
    expect(await ask(await start(), `<credentials xmlns='${NS}'>${children}</credentials>`)).toBe('bad-request');
  });
});

test('services are the operator’s to name', async () => {
  const service = `<service xmlns='${NS}' host='evil.example.org' type='turn' action='add'/>`;
  const server = await start();
  expect(await ask(server, `<services xmlns='${NS}'>${service}</services>`, 'set')).toBe('service-unavailable');
  expect(await ask(server, `<services xmlns='${NS}' type='turn'>${service}</services>`)).toEqual([udp, tcp, open]);
});

test('strangers get no credentials', async () => {
  const server = await startServer({
    externalServices,
    listen: { tcp: false, tls: false, http: false, https: false },
  });
  const component = createComponent({
    domain: 'bot.localhost',
    secret: server.componentSecret,
    host: '127.0.0.1',
    port: server.ports.component,
  });
  onTestFinished(() => component.stop());
  await component.start();
  for (const name of ['services', 'credentials']) {
    const payload = element(NS, name, {});
    const asked = component.request(
      iqQuery('get', payload, payload),
      {},
      { from: 'juliet@bot.localhost', to: 'localhost' },
    );
    await expect(asked).rejects.toMatchObject({ condition: 'forbidden' });
  }
});

test('a server without services, and one without the module', async () => {
  expect(await ask(await startServer({ accounts: ['juliet'] }), `<services xmlns='${NS}'/>`)).toEqual([]);
  const server = await startServer({ accounts: ['juliet'], without: ['external-services'] });
  expect(await ask(server, `<services xmlns='${NS}'/>`)).toBe('service-unavailable');
});
