import { CodecError } from '@xeps/core/schema';
import { isStanzaError, TimeoutError } from '@xeps/core';
import { link, roundTrip } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { getSoftwareVersion, NS_VERSION, softwareVersion, version, versionQuery } from './index.ts';

const unavailable = (error: unknown) => isStanzaError(error, 'service-unavailable');

it.each([
  [
    `<query xmlns='jabber:iq:version'><name>Exodus</name><version>0.7</version><os>Windows</os></query>`,
    { name: 'Exodus', version: '0.7', os: 'Windows' },
  ],
  [`<query xmlns='jabber:iq:version'><name>Exodus</name><version/></query>`, { name: 'Exodus', version: '' }],
])('§2 the element', (text, expected) => {
  const { value, input, output } = roundTrip(softwareVersion, text);
  expect(value).toEqual(expected);
  expect(output).toBe(input);
});

it('§2 asks and answers, §5 says nothing of the operating system unless told to', async () => {
  const { client, server, wire } = link();
  client.use(version).tell({ name: 'xeps', version: '1.0' });
  expect(await getSoftwareVersion(server, { to: client.jid })).toEqual({ name: 'xeps', version: '1.0' });
  expect(wire.at(-1)).not.toContain('<os');
  client.use(version).tell({ name: 'xeps', version: '1.0', os: 'Plan 9' });
  expect((await getSoftwareVersion(server, { to: client.jid })).os).toBe('Plan 9');
});

it('§4 advertises it only while it answers', async () => {
  const { client, server } = link();
  const ours = client.use(version);
  const advertised = async () => (await getDiscoInfo(server, { to: client.jid })).features.includes(NS_VERSION);
  expect(await advertised()).toBe(false);
  await expect(getSoftwareVersion(server, { to: client.jid })).rejects.toSatisfy(unavailable);
  ours.tell({ name: 'a', version: '1' });
  ours.tell({ name: 'a', version: '2' });
  expect(await advertised()).toBe(true);
  ours.tell(undefined);
  expect(await advertised()).toBe(false);
  await expect(getSoftwareVersion(server, { to: client.jid })).rejects.toSatisfy(unavailable);
});

it('an answer without a name is broken, an answer from somebody else none', async () => {
  const { client, server, inject, wire } = link();
  server.handle(versionQuery, () => new Promise<never>(() => undefined));
  const ask = (): [Promise<unknown>, string] => {
    const asked = getSoftwareVersion(client, { to: 'montague.lit', timeout: 20 });
    return [asked, /id="([^"]+)"/.exec(wire.at(-1)!)![1]!];
  };
  const [broken, first] = ask();
  inject(
    `<iq type='result' id='${first}' from='montague.lit'><query xmlns='${NS_VERSION}'><version>1</version></query></iq>`,
  );
  await expect(broken).rejects.toBeInstanceOf(CodecError);
  const [forged, second] = ask();
  inject(
    `<iq type='result' id='${second}' from='evil.example'><query xmlns='${NS_VERSION}'><name>a</name><version>1</version></query></iq>`,
  );
  await expect(forged).rejects.toBeInstanceOf(TimeoutError);
});
