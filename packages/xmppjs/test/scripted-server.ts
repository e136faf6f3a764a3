import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createStreamParser } from '@xeps/core/xml';
import type { Element } from '@xeps/core';

/** A server that signs anybody in (ANONYMOUS, no TLS, loopback) and then does as the test says. */
export interface ScriptedServer {
  readonly service: string;
  /** Every stanza that came in after sign-in. */
  readonly received: Element[];
  /** Answers stanzas; the default answers nothing. */
  onStanza: (stanza: Element) => void;
  write(data: string | Uint8Array): void;
  close(): Promise<void>;
}

const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='localhost' version='1.0'>`;

export async function startServer(jid = 'romeo@localhost/orchard'): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let authenticated = false;
    const reader = createStreamParser({
      onOpen: () =>
        void socket.write(
          header +
            (authenticated
              ? `<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>`
              : `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism></mechanisms></stream:features>`),
        ),
      onElement(element) {
        if (element.name === 'auth') {
          authenticated = true;
          reader.reset();
          socket.write(`<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`);
        } else if (element.getChild('bind') !== undefined) {
          socket.write(
            `<iq type='result' id='${element.attrs['id']}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`,
          );
        } else {
          script.received.push(element);
          script.onStanza(element);
        }
      },
      onClose: () => void socket.end('</stream:stream>'),
    });
    socket.on('data', (data) => reader.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const script: ScriptedServer = {
    service: `xmpp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    onStanza: () => undefined,
    write: (data) => sockets.forEach((socket) => socket.write(data)),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  return script;
}
