import { Element } from '@xeps/core';
import type { ClientStream, XmlStream } from '@xeps/stream';
import {
  bind,
  createClientStream,
  createElement,
  createXmlStream,
  encodeStanza,
  isStanzaKind,
  NS_STREAM,
  plain,
  sasl,
  tcpFraming,
} from '@xeps/stream';
import { createStreamManagement, NS_SM } from '@xeps/xep-0198';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settle } from '../../stream/test/harness.ts';
import { manualClock } from './manual-clock.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';

/** A server that keeps one session over all its connections, by the letter of XEP-0198. */
function createServer(): {
  connect(write: (text: string) => void): XmlStream;
  send(id: string): void;
  readonly received: string[];
} {
  const received: string[] = [];
  let stream: XmlStream | undefined;
  let enabled = false;
  let handled = 0;
  let acked = 0;
  let unacked: string[] = [];
  const text = (id: string): { kind: 'message'; text: string } => ({ kind: 'message', text: `<message id='${id}'/>` });
  const acknowledge = (h: number): void => {
    unacked = unacked.slice(h - acked);
    acked = h;
  };
  return {
    received,
    send(id) {
      unacked.push(id);
      if (enabled) stream?.sendStanza(text(id));
    },
    connect(write) {
      let authenticated = false;
      enabled = false;
      const own = createXmlStream(
        { role: 'server', framing: tcpFraming },
        {
          write,
          opened() {
            own.open({ id: 's', version: '1.0', from: 'example.org' });
            own.send(
              createElement(
                'features',
                NS_STREAM,
                {},
                authenticated
                  ? [createElement('bind', NS_BIND), createElement('sm', NS_SM)]
                  : [createElement('mechanisms', NS_SASL, {}, [createElement('mechanism', NS_SASL, {}, ['PLAIN'])])],
              ),
            );
          },
          element(element) {
            const { name } = element;
            const h = Number(element.attrs['h']);
            if (name === 'auth') {
              authenticated = true;
              own.send(createElement('success', NS_SASL));
              own.restart();
            } else if (name === 'iq') {
              const jid = createElement('jid', NS_BIND, {}, ['juliet@example.org/x']);
              own.send(
                createElement('iq', undefined, { type: 'result', id: element.attrs['id'] as string }, [
                  createElement('bind', NS_BIND, {}, [jid]),
                ]),
              );
            } else if (name === 'enable') {
              own.send(createElement('enabled', NS_SM, { id: 'session', resume: 'true' }));
              enabled = true;
              for (const id of unacked) own.sendStanza(text(id));
            } else if (name === 'resume') {
              acknowledge(h);
              own.send(createElement('resumed', NS_SM, { previd: 'session', h: String(handled) }));
              enabled = true;
              for (const id of unacked) own.sendStanza(text(id));
              own.send(createElement('r', NS_SM));
            } else if (name === 'r') own.send(createElement('a', NS_SM, { h: String(handled) }));
            else if (name === 'a') acknowledge(h);
            else if (isStanzaKind(name)) {
              handled += 1;
              received.push(String(element.attrs['id']));
            }
          },
          closed() {},
        },
      );
      stream = own;
      return own;
    },
  };
}

type Step =
  | { readonly kind: 'up' | 'down' | 'cut' }
  | { readonly kind: 'carry'; readonly up: number; readonly down: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'up' }) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: 'down' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'cut' }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('carry' as const), up: fc.nat(400), down: fc.nat(400) }) },
);

test('§5 wherever connections break, every stanza arrives once and in order, in both directions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const server = createServer();
      const clock = manualClock();
      const management = createStreamManagement({ clock, requestAfterStanzas: 3 });
      const got: string[] = [];
      const sent = { up: [] as string[], down: [] as string[] };
      let acknowledged = 0;
      let enabled = false;
      let wire = { up: '', down: '' };
      let client: ClientStream;
      let far: XmlStream;

      const connect = (): void => {
        const mine = (wire = { up: '', down: '' });
        far = server.connect((text) => void (mine.down += text));
        client = createClientStream(
          {
            domain: 'example.org',
            framing: tcpFraming,
            secure: true,
            modules: [
              sasl({ mechanisms: [plain], credentials: { username: 'juliet', password: 'secret' } }),
              management.module,
              bind(),
            ],
          },
          {
            write: (text) => void (mine.up += text),
            startTls: () => Promise.reject(new Error('not here')),
            online() {},
            stanza: (stanza) => void got.push(String(stanza.attrs['id'])),
            closed() {},
          },
        );
        client.start();
      };
      const carry = async (up: number, down: number): Promise<void> => {
        const [toServer, toClient] = [wire.up.slice(0, up), wire.down.slice(0, down)];
        wire.up = wire.up.slice(up);
        wire.down = wire.down.slice(down);
        far.receive(toServer);
        client.receive(toClient);
        await settle();
        // Before the session can be resumed it can't be cut either, or there is nothing to go on with.
        enabled ||= management.resumable;
      };

      connect();
      for (const next of steps) {
        if (next.kind === 'carry') await carry(next.up, next.down);
        else if (next.kind === 'down') {
          const id = `down-${sent.down.length}`;
          sent.down.push(id);
          server.send(id);
        } else if (next.kind === 'up' && client!.state === 'online') {
          const id = `up-${sent.up.length}`;
          sent.up.push(id);
          client!.send(encodeStanza(new Element('message', { id })), {
            acked: () => void (acknowledged += 1),
            failed() {},
          });
        } else if (next.kind === 'cut' && enabled) {
          client!.end();
          far!.end();
          connect();
        }
      }
      for (let round = 0; round < 40; round += 1) {
        await carry(Infinity, Infinity);
        clock.advance(1_000);
      }
      expect(client!.state).toBe('online');
      expect(server.received).toEqual(sent.up);
      expect(got).toEqual(sent.down);
      expect(acknowledged).toBe(sent.up.length);
    }),
    { numRuns: 150 },
  );
});
