/** Two ejabberd nodes are one server, and one of them is enough. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Account, type EjabberdCluster, type RunningServer, startEjabberdCluster } from '../src/index.ts';
import { account } from '../src/live.ts';
import { authenticate, openStarttls, type RawStream, request, signIn } from './raw.ts';

const SM = 'urn:xmpp:sm:3';

let cluster: EjabberdCluster;
let one: RunningServer;
let two: RunningServer;

beforeAll(async () => {
  cluster = await startEjabberdCluster({ accounts: [{ user: 'alice', password: 'secret' }] });
  [one, two] = cluster.nodes;
});
afterAll(() => cluster?.stop());

async function signedIn(server: RunningServer, { user, password }: Account): Promise<RawStream> {
  const { stream } = await openStarttls(server);
  await signIn(stream, server, user, password);
  stream.send('<presence/>');
  await stream.until(/<presence [^>]*from=/);
  return stream;
}

/** A session that can be resumed, by the id it got. */
async function resumable(server: RunningServer, who: Account): Promise<{ stream: RawStream; id: string }> {
  const stream = await signedIn(server, who);
  stream.send(`<enable xmlns="${SM}" resume="true"/>`);
  const [, id] = / id=["']([^"']*)/.exec(await stream.until(/<enabled [^>]*>/)) ?? [];
  if (id === undefined) throw new Error('<enabled/> has no id');
  return { stream, id };
}

/** Asks for a session, and gives the stream with the answer. */
async function resume(server: RunningServer, who: Account, id: string): Promise<{ stream: RawStream; answer: string }> {
  const { stream } = await openStarttls(server);
  await authenticate(stream, server, who.user, who.password);
  stream.send(`<resume xmlns="${SM}" h="0" previd="${id}"/>`);
  return { stream, answer: await stream.until(/<resumed [^>]*>|<failed [\s\S]*<\/failed>/) };
}

const message = (to: Account, body: string): string =>
  `<message to="${to.jid}" type="chat" id="${randomBytes(4).toString('hex')}"><body>${body}</body></message>`;

test('an account made on one node signs in on the other, and they exchange messages', async () => {
  const who = await account(one);
  const [here, there] = [await signedIn(one, { ...who, user: 'alice', password: 'secret' }), await signedIn(two, who)];
  here.send(message(who, 'across'));
  expect(await there.until(/<\/message>/)).toContain('<body>across</body>');
  here.close();
  there.close();
});

test('a session goes on at the other node, and back, with what it missed', async () => {
  const [who, other] = [await account(one), await account(two)];
  const sender = await signedIn(two, other);
  const { stream, id } = await resumable(one, who);
  // Not within the second in which it began: the nodes may then take the old session for the newer one.
  await sleep(1100);
  stream.close();
  sender.send(message(who, 'missed at one'));
  const second = await resume(two, who, id);
  expect(second.answer).toContain('<resumed ');
  expect(await second.stream.until(/<\/message>/)).toContain('missed at one');
  await sleep(1100);
  second.stream.send(`<a xmlns="${SM}" h="1"/>`);
  await request(second.stream, 'get', two.domain, '<ping xmlns="urn:xmpp:ping"/>');
  second.stream.close();
  sender.send(message(who, 'missed at two'));
  const third = await resume(one, who, id);
  expect(third.answer).toContain('<resumed ');
  expect(await third.stream.until(/missed at two<\/body><\/message>/)).toContain('missed at two');
  third.stream.close();
  sender.close();
});

test('without one node the other goes on; sessions of the one that is gone are not found', async () => {
  const [who, other] = [await account(one), await account(two)];
  const sender = await signedIn(two, other);
  const { stream, id } = await resumable(one, who);
  await one.kill();
  stream.close();
  const { answer, stream: failed } = await resume(two, who, id);
  expect(answer).toContain('<item-not-found');
  expect(answer).not.toMatch(/<failed [^>]*\bh=/);
  failed.close();
  const again = await signedIn(two, await account(two));
  again.close();
  const back = await signedIn(two, who);
  sender.send(message(who, 'after'));
  expect(await back.until(/<\/message>/)).toContain('after');
  back.close();
  sender.close();
});

test('stopped, it leaves no folder', async () => {
  await cluster.stop();
  await expect(stat(two.dir)).rejects.toThrow('ENOENT');
});
