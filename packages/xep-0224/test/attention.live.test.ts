import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { messageBody, presence, roster, setRosterItem } from '@xeps/rfc-6121';
import { getDiscoInfo, hasFeature } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { attention, NS_ATTENTION, requestAttention } from '../src/index.ts';

describeLive('XEP-0224', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§7 a contact is noticed, a stranger is not, and neither of them twice in a row (§6)', async () => {
    const [romeo, juliet, mallory] = await Promise.all([open('romeo'), open('juliet'), open('mallory')]);
    const got: string[] = [];
    juliet
      .use(attention)
      .on('attention', ({ from, message }) => void got.push(`${String(from)}: ${messageBody.find(message)?.text}`));
    await juliet.use(roster).loaded();
    await setRosterItem(juliet, { jid: romeo.jid.bare() });
    await expect.poll(() => juliet.use(roster).get(romeo.jid)).toBeDefined();
    expect(hasFeature(await getDiscoInfo(romeo, { to: juliet.jid }), NS_ATTENTION)).toBe(true);

    // One after the other, so that what juliet hears last was sent last.
    const seen = new Promise<void>((resolve) => {
      juliet.on('message', messageBody, ({ text }) => void (text === 'the end' && resolve()));
    });
    await requestAttention(mallory, juliet.jid, { body: 'spam' });
    for (const body of ['Hark!', 'Hark!', 'the end']) await requestAttention(romeo, juliet.jid, { body });
    await seen;
    await expect.poll(() => got).toEqual([`${String(romeo.jid)}: Hark!`]);
  });
});
