import { equalBytes, createElement, createXmlStream, isStanzaKind, StreamError, tcpFraming, utf8 } from '@xeps/stream';
import { handshakeDigest, NS_COMPONENT } from '@xeps/component';
import { newId, NS_CLIENT } from '@xeps/core';
import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { serialize } from '@xeps/core/xml';
import type { Host } from '../host/host.ts';
import { copyOf } from '../host/copy.ts';
import type { Wire } from '../net/wire.ts';
import type { StreamLimits } from './server-stream.ts';

/** Serves an external component (XEP-0114): header, handshake, and then stanzas for every address of its domain. */
export function serveComponent(host: Host, wire: Wire, limits: StreamLimits): void {
  const id = newId();
  let domain: string | undefined;
  let online = false;

  const fail = (...[condition, text]: [ConstructorParameters<typeof StreamError>[0], string]): void =>
    xml.fail(new StreamError(condition, { text }));

  const xml = createXmlStream(
    { role: 'server', framing: tcpFraming, xmlns: NS_COMPONENT, version: false, limits: { maxBytes: limits.stanza } },
    {
      write: (text) => wire.write(text),
      opened({ to }) {
        const address = to === undefined ? undefined : tryParseJid(to);
        xml.open({ from: to, id });
        // §3: below the server's own domain, or any other that is not in use.
        if (address === undefined || address.domain === host.domain || String(address) !== address.domain) {
          return fail('host-unknown', `${to ?? 'a component without a name'} can't be a component here`);
        }
        domain = address.domain;
      },
      element(element) {
        if (online) return receive(element);
        if (!element.is('handshake', NS_COMPONENT)) return fail('not-authorized', 'the handshake comes first');
        void prove(element.getText().trim());
      },
      closed() {
        if (online) host.removeService(domain!);
        online = false;
        wire.end();
      },
    },
  );

  async function prove(digest: string): Promise<void> {
    const expected = await handshakeDigest(id, host.options.componentSecret);
    if (!equalBytes(utf8(digest), utf8(expected))) return fail('not-authorized', 'this is not the secret');
    if (host.service(domain!) !== undefined) return fail('conflict', `${domain} is connected already`);
    online = true;
    host.addService(domain!, { receive: deliver });
    xml.send(createElement('handshake', NS_COMPONENT));
  }

  /** A stanza for the component, in the namespace of its stream. */
  function deliver(stanza: Element): void {
    const copy = copyOf(stanza);
    copy.attrs['xmlns'] = NS_CLIENT;
    const kind = copy.name;
    if (isStanzaKind(kind)) xml.sendStanza({ kind, text: serialize(copy, { xmlns: NS_CLIENT }) });
  }

  function receive(stanza: Element): void {
    if (!isStanzaKind(stanza.name)) return fail('unsupported-stanza-type', `<${stanza.name}/>`);
    stanza.attrs['xmlns'] = NS_CLIENT;
    const { from, to } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    // §3: a component speaks for its own domain, and says to whom (RFC 6120 §4.9.3.7 and §4.9.3.9).
    if (to === undefined || tryParseJid(to, { lenient: true }) === undefined)
      return fail('improper-addressing', 'a stanza without a proper "to"');
    if (from === undefined || tryParseJid(from, { lenient: true })?.domain !== domain)
      return fail('invalid-from', `${domain} can't speak for ${from ?? 'nobody'}`);
    host.route(stanza);
  }

  wire.listen({ data: (data) => xml.receive(data), close: () => xml.end() });
}
