/** A client that says whatever it likes: text in, text out. */
import { connect as connectSocket } from 'node:net';
import { toBase64, utf8 } from '@xeps/stream';
import { onTestFinished } from 'vitest';

import type { Server } from '../src/index.ts';

/** See the file's head. */
export interface Raw {
  /** All that has come since the last `take`. */
  readonly text: string;
  send(data: string | Uint8Array): void;
  /** Waits until something has come, gives it and forgets all up to its end. Fails when the server closes first. */
  until(pattern: RegExp): Promise<string>;
  /** Waits until the server has closed the connection, and gives what it said last. */
  closed(): Promise<string>;
  destroy(): void;
}

interface Line {
  write(data: string | Uint8Array): void;
  destroy(): void;
}

function createRaw(open: (events: { data(text: string): void; close(): void }) => Line): Raw {
  let text = '';
  let over = false;
  let wake = (): void => {};
  const line = open({
    data(more) {
      text += more;
      wake();
    },
    close() {
      over = true;
      wake();
    },
  });
  onTestFinished(() => line.destroy());
  const next = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  return {
    get text() {
      return text;
    },
    send: (data) => line.write(data),
    async until(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) {
          const taken = text.slice(0, found.index + found[0].length);
          text = text.slice(taken.length);
          return taken;
        }
        if (over) throw new Error(`closed before ${String(pattern)}, after: ${text}`);
        await next();
      }
    },
    async closed() {
      while (!over) await next();
      return text;
    },
    destroy: () => line.destroy(),
  };
}

/** Over TCP, in the clear. */
export function rawTcp(server: Pick<Server, 'ports'>): Raw {
  return createRaw((events) => {
    const socket = connectSocket(server.ports.tcp!, '127.0.0.1');
    const decoder = new TextDecoder();
    socket.on('data', (data) => events.data(decoder.decode(data, { stream: true })));
    socket.on('close', () => events.close());
    socket.on('error', () => {});
    return { write: (data) => void socket.write(data), destroy: () => socket.destroy() };
  });
}

/** Within the process, which counts as secure: signing in needs no TLS. */
export async function rawInside(server: Server): Promise<Raw> {
  const transport = await server.service.connect({});
  return createRaw((events) => {
    transport.listen({ data: (data) => events.data(String(data)), close: () => events.close() });
    return { write: (data) => transport.write(data as string), destroy: () => transport.destroy() };
  });
}

/** A stream header. */
export const header = (attributes = `to='localhost' version='1.0'`): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;

/** Signs in by PLAIN, with the name as the password; `bind` also binds a resource. */
export async function signedIn(server: Server, user: string, resource?: string): Promise<Raw> {
  const raw = await rawInside(server);
  raw.send(header());
  await raw.until(/<\/stream:features>/);
  raw.send(
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${toBase64(utf8(`\0${user}\0${user}`))}</auth>`,
  );
  await raw.until(/<success[^>]*>/);
  raw.send(header());
  await raw.until(/<\/stream:features>/);
  if (resource === undefined) return raw;
  raw.send(
    `<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
  );
  await raw.until(/<\/iq>/);
  return raw;
}
