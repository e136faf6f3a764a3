/**
 * What tests need: two sessions coupled in memory, and round trips through a schema.
 *
 * @packageDocumentation
 */
import { createSession } from '../create-session.ts';
import type { SessionControl } from '../create-session.ts';
import type { Element } from '../element.ts';
import { parseJid } from '../jid/index.ts';
import type { Schema } from '../schema/index.ts';
import type { Session } from '../session.ts';
import { parseElement, serialize } from '../xml/index.ts';

/** Two sessions joined back to back; every stanza is written as text and parsed again on its way. */
export interface Link {
  readonly client: Session;
  /** The other side: the client's server, which may speak in anybody's name by setting `from`. */
  readonly server: Session;
  /** What was sent, in order, as `C: …` and `S: …`. */
  readonly wire: readonly string[];
  /** Delivers a stanza to the client as if it had come over the wire. */
  inject(xml: string): void;
  /** Faults that either session reported. */
  readonly faults: readonly unknown[];
  /** The client's connection is lost and a new session begins; its open requests are lost. */
  restart(): void;
  /** Lets everything that is on its way arrive. */
  settle(): Promise<void>;
}

/** Couples two sessions in memory. */
export function link({ client = 'romeo@montague.lit/orchard', server = 'montague.lit' } = {}): Link {
  const wire: string[] = [];
  const faults: unknown[] = [];
  const join = (mark: string, jid: string, role: 'client' | 'component', peer: () => SessionControl): SessionControl =>
    createSession({
      jid,
      role,
      write(stanza) {
        // A server stamps what its client sends (RFC 6120 §8.1.2.1).
        if (role === 'client') stanza.attrs['from'] = jid;
        const xml = serialize(stanza, { xmlns: 'jabber:client' });
        wire.push(`${mark}: ${xml}`);
        queueMicrotask(() => peer().receive(parseElement(xml, { xmlns: 'jabber:client' })));
        return Promise.resolve({ acked: Promise.resolve() });
      },
    });
  const left: SessionControl = join('C', client, 'client', () => right);
  const right: SessionControl = join('S', server, 'component', () => left);
  for (const side of [left, right]) side.session.on('fault', ({ error }) => void faults.push(error));
  left.online(parseJid(client));
  right.online(parseJid(server));
  return {
    client: left.session,
    server: right.session,
    wire,
    faults,
    inject: (xml) => left.receive(parseElement(xml, { xmlns: 'jabber:client' })),
    restart() {
      left.disconnected();
      left.online(parseJid(client));
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, 0)),
  };
}

/** Parses one element whose namespace, unless written, is `jabber:client`. */
export function xml(text: string): Element {
  return parseElement(text, { xmlns: 'jabber:client' });
}

/** Decodes an element and encodes what came out; `input` and `output` are both as our serialiser writes them. */
export function roundTrip<Out, In>(
  schema: Schema<Out, In>,
  text: string,
): { value: Out; input: string; output: string } {
  const element = xml(text);
  const value = schema.decode(element);
  return { value, input: serialize(element), output: schema.stringify(value as unknown as In) };
}
