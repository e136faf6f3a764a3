import { describeLive, signIn } from '@xeps/live';
import { expect, test } from 'vitest';
import { getEntityTime, time } from '../src/index.ts';

describeLive('@xeps/xep-0202', (server, transport) => {
  test('§2 the server’s, and another client’s', async () => {
    const [asking, asked] = await Promise.all([signIn(server, transport), signIn(server, transport)]);
    const { utc } = await getEntityTime(asking, { to: server.domain });
    // The server runs on this machine, by the same clock.
    expect(Math.abs(utc.getTime() - Date.now())).toBeLessThan(5000);
    asked.use(time).setTimeZone(-210);
    expect((await getEntityTime(asking, { to: asked.jid })).tzo).toBe(-210);
  });
});
