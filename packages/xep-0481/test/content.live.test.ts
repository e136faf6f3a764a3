import type { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { chooseContent, content, contentTypes, NS_CONTENT } from '../src/index.ts';

describeLive('XEP-0481', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(contentTypes);
      },
    });

  test('§2.3 each takes of a message what it can show, and nothing that is broken', async () => {
    const [person, device] = await Promise.all([open('person'), open('device')]);
    expect((await getDiscoInfo(device, { to: person.jid })).features).toContain(NS_CONTENT);
    const came = new Promise<Element>((resolve) => void person.on('message', resolve));
    const markdown = '\n  **5000 kWh** & <b>\t';
    const forged = content.encode({ type: 'text/markdown' });
    forged.attrs['type'] = 'text/markdown of mallory';
    forged.t('buy now');
    await sendMessage(device, {
      to: person.jid,
      body: '5000 kWh',
      payloads: [
        forged,
        content.encode({ type: 'text/markdown', text: markdown }),
        content.encode({ type: 'text/xml', text: "<Consumption unit='kWh'>5000</Consumption>" }),
      ],
    });
    const message = await came;
    expect(chooseContent(message, ['text/markdown'])).toEqual({ type: 'text/markdown', text: markdown });
    expect(chooseContent(message, ['text/xml'])?.text).toBe("<Consumption unit='kWh'>5000</Consumption>");
    expect(chooseContent(message, ['text/html'])).toEqual({ type: 'text/plain', text: '5000 kWh' });
  });
});
