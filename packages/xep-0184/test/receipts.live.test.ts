import { newId, TimeoutError } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { receiptRequest, receipts, waitForReceipt } from '../src/index.ts';

describeLive('XEP-0184', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, { prefix, prepare: (client) => client.use(presence).announce() });

  test('§7 a message is receipted where the policy allows it, and not where it does not (§8)', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    const api = juliet.use(receipts);
    const got: string[] = [];
    romeo.use(receipts).on('received', ({ id, from }) => void got.push(`${id} ${String(from)}`));
    const send = async (timeout: number): Promise<string> => {
      const id = newId();
      const waiting = waitForReceipt(romeo, id, juliet.jid.bare(), { timeout });
      const [from] = await Promise.all([
        waiting,
        sendMessage(romeo, { id, to: juliet.jid.bare(), body: 'Hark!', payloads: [receiptRequest.encode({})] }),
      ]);
      expect(String(from)).toBe(String(juliet.jid));
      return id;
    };
    // They are no contacts of each other.
    await expect(send(500)).rejects.toBeInstanceOf(TimeoutError);
    api.setPolicy(() => true);
    const id = await send(5000);
    expect(got).toEqual([`${id} ${String(juliet.jid)}`]);
  });
});
