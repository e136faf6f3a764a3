import type { Element } from '@xeps/core';
import { parseElement } from '@xeps/core/xml';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { NS_XHTML, NS_XHTML_IM, readXhtml, xhtmlSupport, xhtmlText } from '../src/index.ts';

describeLive('XEP-0071', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare(client) {
        client.use(presence).announce();
        client.use(xhtmlSupport);
      },
    });

  test('§8, §11.1 what an older client sends is read, without what does harm', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    expect((await getDiscoInfo(romeo, { to: juliet.jid })).features).toContain(NS_XHTML_IM);
    const came = new Promise<Element>((resolve) => void juliet.on('message', resolve));
    const xhtml = `<html xmlns='${NS_XHTML_IM}'>
      <body xmlns='${NS_XHTML}' xml:lang='en'><p onclick='alert(1)'>Hark <em>Juliet</em><script>alert(1)</script></p></body>
      <body xmlns='${NS_XHTML}' xml:lang='de'><p>Horch</p></body></html>`;
    await sendMessage(romeo, { to: juliet.jid, body: 'Hark Juliet', payloads: [parseElement(xhtml)] });
    const message = await came;
    const tree = readXhtml(message, ['en']);
    expect(tree && xhtmlText(tree)).toBe('Hark Juliet');
    expect(JSON.stringify(tree)).not.toContain('alert');
    expect(tree?.children).toMatchObject([{ tagName: 'p', properties: {} }]);
    const german = readXhtml(message, ['de-AT']);
    expect(german && xhtmlText(german)).toBe('Horch');
  });
});
