import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { childThread, newThread, replyThread, threadOf } from '../src/index.ts';

describeLive('XEP-0201', (server, transport) => {
  test('§3.2, §3.3 a reply stays in its thread, and a branch says where it began', async () => {
    const [romeo, juliet] = await Promise.all(
      ['romeo', 'juliet'].map((prefix) => signIn(server, transport, { prefix })),
    );
    const his: Element[] = [];
    romeo!.on('message', messageBody, (_body, message) => void his.push(message));
    juliet!.on('message', messageBody, (_body, message) => {
      void sendMessage(juliet!, { to: romeo!.jid, body: 'Ay me!', thread: replyThread(message) });
    });
    const thread = newThread();
    const branch = childThread(thread);
    for (const each of [thread, branch, undefined]) {
      await sendMessage(romeo!, { to: juliet!.jid, body: 'Hark!', thread: each });
    }
    await expect.poll(() => his.length).toBe(3);
    expect(his.slice(0, 2).map(threadOf)).toEqual([thread, branch]);
    expect(threadOf(his[2]!)?.id).not.toBe(thread.id);
  });
});
