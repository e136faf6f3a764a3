import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { createEphemeralTimer, ephemeral, ephemeralMessages, NS_EPHEMERAL, timerOf, wantOut } from '../src/index.ts';

describeLive('XEP-0466', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(ephemeralMessages);
      },
    });

  test('§3 two people agree upon a timer and leave it again, and nobody else has a say', async () => {
    const [rosa, peter, mallory] = await Promise.all([open('rosa'), open('peter'), open('mallory')]);
    expect((await getDiscoInfo(rosa, { to: peter.jid })).features).toContain(NS_EPHEMERAL);
    const hers = createEphemeralTimer(rosa, peter.jid.bare());
    const his = createEphemeralTimer(peter, rosa.jid.bare(), { timer: 604_800 });
    const got: unknown[] = [];
    for (const client of [rosa, peter])
      client.on('message', messageBody, ({ text }, message) => void got.push([text, timerOf(message)]));
    const say = async (from: Client, to: Client, timer: typeof his, body: string): Promise<void> => {
      await sendMessage(from, { to: to.jid, body, payloads: timer.payloads() });
      await expect.poll(() => got.at(-1)).toEqual([body, timer.timer]);
    };
    await say(peter, rosa, his, 'Something');
    expect(hers.timer).toBe(604_800);
    await hers.set(432_000);
    await expect.poll(() => his.timer).toBe(432_000);

    await sendMessage(mallory, { to: peter.jid, payloads: [ephemeral.encode({ timer: 1 })] });
    await sendMessage(mallory, { to: peter.jid, body: 'forged', payloads: [wantOut.encode({})] });
    await expect.poll(() => got.at(-1)).toEqual(['forged', undefined]);
    expect(his.timer).toBe(432_000);

    his.optOut();
    await say(peter, rosa, his, 'let them stay');
    expect(hers.timer).toBeUndefined();
    await say(rosa, peter, hers, 'as you like');
    expect(his.payloads()).toEqual([]);
  });
});
