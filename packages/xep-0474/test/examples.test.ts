import { parseElement } from '@xeps/core/xml';
import { expect, test } from 'vitest';
import { hashOffer } from '../src/index.ts';

// Inline, as the example is a whole stream: what stands in it between two headers is no element of its own.
const features = `<stream:features xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:client'>
  <authentication xmlns='urn:xmpp:sasl:2'>
    <mechanism>SCRAM-SHA-1</mechanism>
    <mechanism>SCRAM-SHA-1-PLUS</mechanism>
    <inline xmlns='urn:xmpp:sasl:2'>
      <enable xmlns='urn:xmpp:sm:3'/>
      <bind xmlns='urn:xmpp:bind2:1'/>
    </inline>
  </authentication>
  <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>
    <channel-binding type='tls-server-end-point'/>
    <channel-binding type='tls-exporter'/>
  </sasl-channel-binding>
</stream:features>`;
const challenge =
  'cj0xMkM0Q0Q1Qy1FMzhFLTRBOTgtOEY2RC0xNUMzOEY1MUNDQzZhMDkxMTdhNi1hYzUwLTRmMmYtOTNmMS05Mzc5OWMyYmRkZjYscz1RU1hDUitR' +
  'NnNlazhiZjkyLGk9NDA5NixoPUc2ay9yQkxEcWdPaFJSYUN1dWF0U0RGa0owOD0=';

test("§6.3 the printed challenge holds the printed features' hash", async () => {
  const element = parseElement(features);
  const offered = element.getChild('authentication', 'urn:xmpp:sasl:2')!.getChildren('mechanism');
  const mechanisms = offered.map((mechanism) => mechanism.getText());
  expect(atob(challenge).split(',h=')[1]).toBe(await hashOffer({ mechanisms, features: element }, 'SHA-1'));
});
