// A server of the bench's own: signs anybody in (ANONYMOUS, no TLS, loopback) and answers a presence with messages, all
// at once. Prints {"tcp","ws","digest"}: its ports, and what the clients must have read in the end.
import { createServer, type AddressInfo } from 'node:net';
import { createStreamParser, parseElement } from '@xeps/core/xml';
import type { Element } from '@xeps/core';
import { messageBody } from '@xeps/rfc-6121';
import { WebSocketServer } from 'ws';
import { createCorpus } from './corpus.ts';
import { digestOf } from './receive-digest.ts';

const account = 'juliet@example.org/balcony';
const count = Number(process.argv[2]);
const bodies = createCorpus((count / 20_000) * 1.3)
  .archive.filter((stanza) => stanza.includes('<body>'))
  .slice(0, count);
if (bodies.length !== count) throw new Error(`the corpus has ${bodies.length} messages with a body, not ${count}`);
/** The message within an archive result, as it came when it was sent. */
const messages = bodies.map((result) => {
  const message = result.slice(result.indexOf("<message xmlns='jabber:client'"), result.indexOf('</forwarded>'));
  return message
    .replace(
      / to='(.*?)' from='(.*?)'/,
      (_, to: string, from: string) => ` to='${account}' from='${from === account ? to : from}'`,
    )
    .replace(" xmlns='jabber:client'", '');
});
const withNamespace = (message: string): string => message.replace('<message', "<message xmlns='jabber:client'");
const tcpBytes = Buffer.from(messages.join(''));
const webSocketBytes = Buffer.concat(messages.map((message) => frame(withNamespace(message))));

const saslFeatures =
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism></mechanisms>";
const bindFeatures = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

/** What is answered to one element of a client; `flood` sends the messages. */
function answer(element: Element, send: (text: string) => void, flood: () => void): void {
  if (element.name === 'auth') send("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  else if (element.name === 'presence') flood();
  else if (element.getChild('bind') !== undefined) {
    send(
      `<iq xmlns='jabber:client' type='result' id='${String(element.attrs['id'])}'>` +
        `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${account}</jid></bind></iq>`,
    );
  }
}

const tcp = createServer((socket) => {
  socket.on('error', () => undefined);
  let features = saslFeatures;
  const reader = createStreamParser({
    onOpen: () =>
      void socket.write(
        `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s' from='example.org' version='1.0'>` +
          `<stream:features>${features}</stream:features>`,
      ),
    onElement(element) {
      answer(
        element,
        (text) => socket.write(text),
        () => socket.write(tcpBytes),
      );
      if (element.name !== 'auth') return;
      features = bindFeatures;
      reader.reset();
    },
    onClose: () => void socket.end('</stream:stream>'),
  });
  socket.on('data', (data) => reader.write(data));
});
const webSocket = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'xmpp' });
webSocket.on('connection', (socket, request) => {
  socket.on('error', () => undefined);
  let features = saslFeatures;
  socket.on('message', (data) => {
    const element = parseElement(String(data));
    if (element.name === 'open') {
      socket.send(`<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='s' from='example.org' version='1.0'/>`);
      socket.send(`<stream:features xmlns:stream='http://etherx.jabber.org/streams'>${features}</stream:features>`);
    } else if (element.name === 'close') socket.close();
    else {
      if (element.name === 'auth') features = bindFeatures;
      answer(
        element,
        (text) => socket.send(text),
        () => request.socket.write(webSocketBytes),
      );
    }
  });
});

/** One text frame, RFC 6455 §5.2: written at once with the others, so that the server is never what is waited for. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

await Promise.all([
  new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve)),
  new Promise<void>((resolve) => (webSocket.address() === null ? webSocket.once('listening', resolve) : resolve())),
]);
const texts = messages.map((message) => messageBody.find(parseElement(withNamespace(message)))!.text);
console.log(
  JSON.stringify({
    tcp: (tcp.address() as AddressInfo).port,
    ws: (webSocket.address() as AddressInfo).port,
    digest: digestOf(texts),
  }),
);
