import { isStanzaError, StanzaError, TimeoutError } from '@xeps/core';
import { link } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { NS_PING, ping, pingQuery, sendPing } from './index.ts';

it('§4.1 gives the time until the pong', async () => {
  const { client, server } = link();
  server.handle(pingQuery, () => undefined);
  expect(await sendPing(client, { to: 'montague.lit' })).toBeGreaterThanOrEqual(0);
});

it('§4.1 takes “not supported” for an answer', async () => {
  const { client } = link();
  expect(await sendPing(client, { to: 'montague.lit' })).toBeGreaterThanOrEqual(0);
});

it('passes other errors on', async () => {
  const { client, server } = link();
  server.handle(pingQuery, () => {
    throw new StanzaError('remote-server-not-found');
  });
  await expect(sendPing(client, { to: 'montague.lit' })).rejects.toSatisfy((error) =>
    isStanzaError(error, 'remote-server-not-found'),
  );
});

it('does not believe a pong from somebody else', async () => {
  const { client, server, inject, wire } = link();
  server.handle(pingQuery, () => new Promise<void>(() => undefined));
  const asked = sendPing(client, { to: 'montague.lit', timeout: 20 });
  const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
  inject(`<iq type='result' id='${id}' from='mallory@evil.example/x'/>`);
  await expect(asked).rejects.toBeInstanceOf(TimeoutError);
});

it('§4.2 answers and §6 advertises it', async () => {
  const { client, server } = link();
  client.use(ping);
  await server.request(pingQuery, {}, { to: client.jid });
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain(NS_PING);
});

it('a ping with several payloads is a bad request', async () => {
  const { client, inject, wire, settle } = link();
  client.use(ping);
  inject(`<iq type='get' id='x1' from='montague.lit'><ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/></iq>`);
  await settle();
  expect(wire.at(-1)).toContain('bad-request');
});
