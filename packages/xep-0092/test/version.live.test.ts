import { describeLive, signIn } from '@xeps/live';
import { expect, test } from 'vitest';
import { getSoftwareVersion, version } from '../src/index.ts';

describeLive('@xeps/xep-0092', (server, transport) => {
  test('§2 the server’s, and another client’s', async () => {
    const [asking, asked] = await Promise.all([signIn(server, transport), signIn(server, transport)]);
    expect((await getSoftwareVersion(asking, { to: server.domain })).name.toLowerCase()).toBe(server.kind);
    asked.use(version).tell({ name: 'Balcony', version: '1.0.0' });
    expect(await getSoftwareVersion(asking, { to: asked.jid })).toEqual({ name: 'Balcony', version: '1.0.0' });
  });
});
