import { parseJid } from '@xeps/core/jid';
import { describeLive, signIn } from '@xeps/live';
import { expect, test } from 'vitest';
import { getArchivePreferences, setArchivePreferences } from '../src/index.ts';

describeLive('XEP-0441', (server, transport) => {
  test('§2.1 what is set is kept', async () => {
    const client = await signIn(server, transport, { prefix: 'juliet' });
    const montague = parseJid('montague@montague.lit');
    const applied = await setArchivePreferences(client, { default: 'roster', never: [montague] });
    expect(applied).toMatchObject({ default: 'roster', always: [] });
    expect(applied.never.map(String)).toEqual(['montague@montague.lit']);
    expect(await getArchivePreferences(client)).toEqual(applied);
  });
});
