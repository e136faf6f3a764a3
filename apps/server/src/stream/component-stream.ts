import { equalBytes, createElement, createXmlStream, isStanzaKind, StreamError, tcpFraming, utf8 } from '@xeps/stream';
import type { StreamErrorCondition } from '@xeps/stream';
import { handshakeDigest, NS_COMPONENT } from '@xeps/component';
import { newId, NS_CLIENT, StanzaError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { parseJid, tryParseJid } from '@xeps/core/jid';
import { serialize } from '@xeps/core/xml';
import type { Host } from '../host/host.ts';
import { copyOf } from '../host/copy.ts';
import type { Wire } from '../net/wire.ts';
import type { StreamLimits } from './server-stream.ts';

/** What a component's stream is told of the server that it is not to know all of. */
export interface ComponentStreamOptions {
  readonly wire: Wire;
  readonly limits: StreamLimits;
  /** It is over. */
  closed(stream: ComponentStream): void;
}

/** The stream of a component. */
export interface ComponentStream {
  readonly closed: boolean;
  /** Ends with an error (RFC 6120 §4.9). */
  fail(condition: StreamErrorCondition, text: string): void;
}

const iqTypes: ReadonlySet<string | undefined> = new Set(['get', 'set', 'result', 'error']);

/** Serves an external component (XEP-0114): header, handshake, and then stanzas for every address of its domain. */
export function serveComponent(host: Host, { wire, limits, closed }: ComponentStreamOptions): ComponentStream {
  const id = newId();
  let domain: string | undefined;
  let proving = false;
  let online = false;

  const fail = (condition: StreamErrorCondition, text: string): void => xml.fail(new StreamError(condition, { text }));
  const stream: ComponentStream = {
    get closed() {
      return xml.state === 'closed';
    },
    fail,
  };

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
        if (proving || !element.is('handshake', NS_COMPONENT))
          return fail('not-authorized', 'the handshake comes first, and its answer');
        proving = true;
        prove(element.getText().trim()).catch((error: unknown) => {
          host.report(error);
          fail('internal-server-error', 'something went wrong in the server');
        });
      },
      closed() {
        if (online) {
          host.removeService(domain!);
          announce(host, domain!, false);
        }
        online = false;
        wire.end();
        closed(stream);
      },
    },
  );

  async function prove(digest: string): Promise<void> {
    const expected = await handshakeDigest(id, host.options.componentSecret);
    // Who has gone meanwhile would leave a service that nobody serves.
    if (xml.state !== 'open') return;
    if (!equalBytes(utf8(digest), utf8(expected))) return fail('not-authorized', 'this is not the secret');
    if (host.service(domain!) !== undefined) return fail('conflict', `${domain} is connected already`);
    online = true;
    host.addService(domain!, { receive: deliver });
    announce(host, domain!, true);
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
    const { from, to, id: stanzaId, type } = stanza.attrs as Readonly<Record<string, string | undefined>>;
    // §3: a component says from whom and to whom, and speaks for its own domain (RFC 6120 §4.9.3.7 and §4.9.3.9).
    if (from === undefined || to === undefined || tryParseJid(to, { lenient: true }) === undefined)
      return fail('improper-addressing', 'a stanza needs a proper "from" and "to"');
    if (tryParseJid(from, { lenient: true })?.domain !== domain)
      return fail('invalid-from', `${domain} can't speak for ${from}`);
    // RFC 6120 §8.2.3
    if (stanza.name === 'iq' && (stanzaId === undefined || !iqTypes.has(type)))
      return host.refuse(stanza, new StanzaError('bad-request', { text: 'an IQ needs an id and a type' }));
    host.route(stanza);
  }

  wire.listen({ data: (data) => xml.receive(data), close: () => xml.end() });
  return stream;
}

/** The components that there have been, and whether they are there now. */
const components = new WeakMap<Host, Map<string, boolean>>();

/** Shows a component among the server's items (XEP-0030 §4) while it is connected. */
function announce(host: Host, domain: string, connected: boolean): void {
  let known = components.get(host);
  if (known === undefined) components.set(host, (known = new Map()));
  const states = known;
  if (!states.has(domain))
    host.disco.server.item(() => (states.get(domain) === true ? { jid: parseJid(domain) } : undefined));
  states.set(domain, connected);
}
