import { describeLive, signIn } from '@xeps/live';
import { messageBody, sendMessage } from '@xeps/rfc-6121';
import { expect, test } from 'vitest';
import { showMeAction } from '../src/index.ts';

describeLive('XEP-0245', (server, transport) => {
  test('§2 the command arrives as it was written, and the reader’s name for the sender stands for it', async () => {
    const [romeo, juliet] = await Promise.all(
      ['romeo', 'juliet'].map((prefix) => signIn(server, transport, { prefix })),
    );
    const shown: string[] = [];
    juliet!.on('message', messageBody, ({ text }) => void shown.push(showMeAction(text, 'my love')));
    for (const body of ['/me climbs the wall', ' /me falls']) await sendMessage(romeo!, { to: juliet!.jid, body });
    await expect.poll(() => shown).toEqual(['* my love climbs the wall', ' /me falls']);
  });
});
