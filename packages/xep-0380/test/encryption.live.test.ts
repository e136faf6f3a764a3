import { Element } from '@xeps/core';
import { describeLive, signIn } from '@xeps/live';
import type { Client } from '@xeps/live';
import { presence, sendMessage } from '@xeps/rfc-6121';
import type { OutgoingMessage } from '@xeps/rfc-6121';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, test } from 'vitest';
import { encryptionOf, explicitEncryption, newEncryptionMark, NS_EME } from '../src/index.ts';
import type { MessageEncryption } from '../src/index.ts';

describeLive('XEP-0380', (server, transport) => {
  const open = (prefix: string): Promise<Client> =>
    signIn(server, transport, {
      prefix,
      prepare: (client) => {
        client.use(presence).announce();
        client.use(explicitEncryption);
      },
    });

  test('§3.1 a message tells how it is encrypted, and a forged mark gets no name of its own', async () => {
    const [romeo, juliet] = await Promise.all([open('romeo'), open('juliet')]);
    expect((await getDiscoInfo(romeo, { to: juliet.jid })).features).toContain(NS_EME);
    const send = async (message: Omit<OutgoingMessage, 'to'>): Promise<MessageEncryption | undefined> => {
      const came = new Promise<MessageEncryption | undefined>((resolve) => {
        const listening = juliet.on('message', (stanza) => {
          listening[Symbol.dispose]();
          resolve(encryptionOf(stanza));
        });
      });
      await sendMessage(romeo, { to: juliet.jid, ...message });
      return came;
    };
    const openpgp = new Element('openpgp', { xmlns: 'urn:xmpp:openpgp:0' });
    const body = 'This message is encrypted with OpenPGP for XMPP.';
    const marked = await send({ body, payloads: [openpgp, newEncryptionMark('urn:xmpp:openpgp:0')] });
    expect(marked).toMatchObject({ name: 'OpenPGP for XMPP', isMarked: true, isPresent: true });
    expect(await send({ body: '?OTR:AAMC' })).toMatchObject({ name: 'OTR', isMarked: false });
    expect(await send({ body: 'in the clear' })).toBeUndefined();

    const forged = newEncryptionMark('urn:xmpp:omemo:2');
    forged.attrs['name'] = 'OMEMO, verified';
    expect(await send({ body: 'in the clear', payloads: [forged] })).toEqual({
      namespace: 'urn:xmpp:omemo:2',
      name: 'OMEMO 2',
      isMarked: true,
      isPresent: false,
    });
  });
});
