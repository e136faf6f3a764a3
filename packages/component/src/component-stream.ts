import type { XmppError } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { ClientStream, ClientStreamPort } from '@xeps/stream';
import { createElement, createXmlStream, isStanzaKind, NegotiationError, NS_CLIENT, tcpFraming } from '@xeps/stream';

/** XEP-0114 §3: the content namespace of a component's stream. */
export const NS_COMPONENT = 'jabber:component:accept';

/** XEP-0114 §3: what proves the secret: SHA-1 of the stream's id and the secret, in lower-case hexadecimal. */
export async function handshakeDigest(streamId: string, secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(streamId + secret));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A component's stream, XEP-0114 §3: header, handshake, stanzas. Its states are those of a client's stream. */
export function createComponentStream(domain: string, secret: string, port: ClientStreamPort): ClientStream {
  let online = false;
  let proving = false;
  const xml = createXmlStream(
    { role: 'client', framing: tcpFraming, xmlns: NS_COMPONENT, peer: domain, version: false },
    {
      write: (text) => port.write(text),
      opened({ id }) {
        handshakeDigest(id ?? '', secret).then(
          (digest) => {
            proving = true;
            xml.send(createElement('handshake', NS_COMPONENT, {}, [digest]));
          },
          (cause: unknown) =>
            xml.abandon(new NegotiationError('nothing-to-do', 'SHA-1 is not available here', { cause })),
        );
      },
      element(element) {
        if (online) {
          if (!isStanzaKind(element.name)) return;
          // The same stanza under the name that all the world knows it by.
          element.attrs['xmlns'] = NS_CLIENT;
          port.stanza(element);
        } else if (proving && element.is('handshake', NS_COMPONENT)) {
          online = true;
          port.online(parseJid(domain), false);
        } else {
          xml.abandon(
            new NegotiationError(
              'nothing-to-do',
              `the server of ${domain} sent <${element.name}/> before it took the handshake`,
            ),
          );
        }
      },
      closed(error: XmppError | undefined) {
        online = false;
        port.closed(error);
      },
    },
  );
  return {
    get state() {
      if (xml.state !== 'open') return xml.state;
      return online ? 'online' : 'negotiating';
    },
    get jid() {
      return online ? parseJid(domain) : undefined;
    },
    start: () => xml.open({ to: domain }),
    receive: (data) => xml.receive(data),
    send(stanza, receipt) {
      if (!online || xml.state !== 'open') return false;
      xml.sendStanza(stanza);
      // There are no acknowledgements: having been written is all that can be known.
      receipt?.acked();
      return true;
    },
    sendElement(element) {
      if (online) xml.send(element);
    },
    keepalive() {
      if (online && xml.state === 'open' && xml.keepalive !== undefined) port.write(xml.keepalive);
    },
    close: () => xml.close(),
    fail: (error) => xml.fail(error),
    end: (error) => xml.end(error),
  };
}
