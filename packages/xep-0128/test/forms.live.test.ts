import { integer } from '@xeps/core/schema';
import { describeLive, signIn } from '@xeps/live';
import { oneValue } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { findFormValues } from '../src/index.ts';

describeLive('@xeps/xep-0128', (server, transport) => {
  test('§2 what the upload service tells of its limit', async () => {
    const client = await signIn(server, transport);
    const info = await getDiscoInfo(client, { to: server.services.upload });
    const limit = findFormValues(info, 'urn:xmpp:http:upload:0', { max: oneValue(integer(), 'max-file-size') });
    expect(limit?.max).toBeGreaterThan(0);
  });
});
