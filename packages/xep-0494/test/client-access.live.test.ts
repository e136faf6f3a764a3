import { createHmac } from 'node:crypto';
import { StanzaError } from '@xeps/core';
import { account, describeLive, signIn } from '@xeps/live';
import type { Account, ServerInfo } from '@xeps/live';
import { getDiscoInfo } from '@xeps/xep-0030';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDirectTls } from '../../../tooling/servers/test/raw.ts';
import type { RawStream } from '../../../tooling/servers/test/raw.ts';
import { clientsQuery, ClientAccessError, listClients, NS_CAM, revokeClient } from '../src/index.ts';

const deviceId = 'd4565fa7-4d72-4749-b3d3-740edbf87770';

/** Signs in with SASL2, as a device that says who it is; gives the server's answer. */
async function signInDevice(
  server: ServerInfo,
  mechanism: string,
  response: string,
  extra: string,
): Promise<{ readonly stream: RawStream; readonly answer: string }> {
  const { stream } = await openDirectTls(server);
  onTestFinished(() => stream.close());
  stream.send(
    `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='${mechanism}'>` +
      `<initial-response>${Buffer.from(response).toString('base64')}</initial-response>` +
      `<user-agent id='${deviceId}'><software>Raw</software><device>Phone</device></user-agent>${extra}` +
      `<bind xmlns='urn:xmpp:bind:0'/></authenticate>`,
  );
  return { stream, answer: await stream.until(/<success [\s\S]*?<\/success>|<failure [\s\S]*?<\/failure>/) };
}

const requestToken = "<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-NONE'/>";

function tokenOf(answer: string): string {
  const token = /<token [^>]*?token=["']([^"']+)/.exec(answer)?.[1];
  if (token === undefined) throw new Error(`no token in ${answer}`);
  return token;
}

const withPassword = ({ user, password }: Account, server: ServerInfo): ReturnType<typeof signInDevice> =>
  signInDevice(server, 'PLAIN', `\0${user}\0${password}`, requestToken);

/** Whether the token still lets the device in. */
async function tokenWorks(server: ServerInfo, { user }: Account, token: string): Promise<boolean> {
  const proof = createHmac('sha256', token).update('Initiator').digest();
  const { stream } = await openDirectTls(server);
  onTestFinished(() => stream.close());
  stream.send(
    `<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-NONE'>` +
      `<initial-response>${Buffer.concat([Buffer.from(`${user}\0`), proof]).toString('base64')}</initial-response>` +
      `<user-agent id='${deviceId}'/><fast xmlns='urn:xmpp:fast:0'/></authenticate>`,
  );
  return (await stream.until(/<(success|failure) [^>]*>/)).includes('<success');
}

/** What an OAuth server would give to an application that the account's owner lets in. */
async function grantFor({ user }: Account, server: ServerInfo): Promise<string> {
  const body = JSON.stringify({ user, software: 'Calendar' });
  const response = await fetch(`${server.adminApi}/clients/grant`, { method: 'POST', body });
  expect(response.status).toBe(200);
  return response.text();
}

describeLive('XEP-0494', (server, transport) => {
  if (server.quirks.includes('no-client-list')) {
    test('a server without it says so', async () => {
      const client = await signIn(server, transport);
      for (const asked of [listClients(client), revokeClient(client, 'x')]) {
        const fault: unknown = await asked.catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(StanzaError);
        expect(['service-unavailable', 'feature-not-implemented']).toContain((fault as StanzaError).condition);
      }
      for (const to of [server.domain, client.jid.bare()]) {
        expect((await getDiscoInfo(client, { to })).features).not.toContain(NS_CAM);
      }
    });
    return;
  }

  describe('§3.1 the list', () => {
    test('has the session that asks, and service discovery says that there is one', async () => {
      const client = await signIn(server, transport);
      const clients = await listClients(client);
      expect(clients).toMatchObject([
        { type: 'session', connected: true, auth: { password: true }, permission: { status: 'unrestricted' } },
      ]);
      for (const at of [clients[0]!.firstSeen, clients[0]!.lastSeen]) {
        expect(Math.abs(Date.now() - at!.getTime())).toBeLessThan(10_000);
      }
      for (const to of [server.domain, client.jid.bare()]) {
        expect((await getDiscoInfo(client, { to })).features).toContain(NS_CAM);
      }
    });

    test('remembers a device by what it says of itself, with its tokens', async () => {
      const who = await account(server);
      const client = await signIn(server, transport, { account: who });
      const { stream } = await withPassword(who, server);
      const device = {
        type: 'session',
        auth: { password: true, fast: true },
        userAgent: { software: 'Raw', device: 'Phone' },
      };
      const find = async () => (await listClients(client)).find(({ userAgent }) => userAgent?.device === 'Phone');
      expect(await find()).toMatchObject({ ...device, connected: true });
      stream.send('</stream:stream>');
      await stream.until(/<\/stream:stream>/);
      await expect.poll(find).toMatchObject({ ...device, connected: false });
    });

    test('§5 is for nobody else', async () => {
      const juliet = await signIn(server, transport);
      const mallory = await signIn(server, transport);
      await expect(mallory.request(clientsQuery, {}, { to: juliet.jid.bare() })).rejects.toBeInstanceOf(StanzaError);
      const [own] = await listClients(juliet);
      await expect(revokeClient(mallory, own!.id, { to: juliet.jid.bare() })).rejects.toBeInstanceOf(StanzaError);
      await expect(revokeClient(mallory, own!.id)).rejects.toMatchObject({ condition: 'item-not-found' });
    });
  });

  describe('§3.2 revoking', () => {
    test('a device that knows the password stays, with its session and its tokens', async () => {
      const who = await account(server);
      const client = await signIn(server, transport, { account: who });
      const { answer } = await withPassword(who, server);
      const device = (await listClients(client)).find(({ userAgent }) => userAgent?.device === 'Phone');
      await expect(revokeClient(client, device!.id)).rejects.toBeInstanceOf(ClientAccessError);
      expect(await listClients(client)).toContainEqual(expect.objectContaining({ id: device!.id, connected: true }));
      expect(await tokenWorks(server, who, tokenOf(answer))).toBe(true);
    });

    test('a device with a grant and tokens loses them and its session', async () => {
      const who = await account(server);
      const client = await signIn(server, transport, { account: who });
      const bearer = await grantFor(who, server);
      const response = `n,,\x01auth=Bearer ${bearer}\x01\x01`;
      const { stream, answer } = await signInDevice(server, 'OAUTHBEARER', response, requestToken);
      expect(await tokenWorks(server, who, tokenOf(answer))).toBe(true);
      const device = (await listClients(client)).find(({ userAgent }) => userAgent?.device === 'Phone');
      expect(device).toMatchObject({ connected: true, auth: { password: false, grant: {}, fast: true } });

      await revokeClient(client, device!.id);
      await stream.until(/<stream:error[ >][\s\S]*not-authorized[\s\S]*<\/stream:stream>/);
      expect(await listClients(client)).toHaveLength(1);
      expect(await tokenWorks(server, who, tokenOf(answer))).toBe(false);
      await expect(revokeClient(client, device!.id)).rejects.toMatchObject({ condition: 'item-not-found' });
    });

    test('an application that has never signed in loses its grant', async () => {
      const who = await account(server);
      const client = await signIn(server, transport, { account: who });
      await grantFor(who, server);
      const application = (await listClients(client)).find(({ type }) => type === 'access');
      expect(application).toMatchObject({
        connected: false,
        auth: { password: false, fast: false, grant: {} },
        userAgent: { software: 'Calendar' },
      });
      await revokeClient(client, application!.id);
      expect(await listClients(client)).toHaveLength(1);
    });
  });
});
