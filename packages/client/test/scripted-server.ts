import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** One connection to a scripted server: what a test says on it, and what the client said. */
export interface Peer {
  say(text: string): void;
  /** Resolves with what matched, and consumes everything up to its end. */
  heard(pattern: RegExp): Promise<RegExpExecArray>;
  /** What was heard and not consumed. */
  rest(): string;
  /** Breaks the connection off. */
  cut(): void;
  /** Ends it in order. */
  end(): void;
  readonly closed: Promise<void>;
}

/** A server that does only what a test tells it to. */
export interface ScriptedServer {
  readonly service: string;
  readonly port: number;
  /** The next connection. */
  accept(): Promise<Peer>;
  /** How many connections there were. */
  readonly count: number;
  close(): Promise<void>;
}

export async function scriptedServer(): Promise<ScriptedServer> {
  const waiting: ((peer: Peer) => void)[] = [];
  const ready: Peer[] = [];
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    const peer = toPeer(socket);
    const next = waiting.shift();
    if (next) next(peer);
    else ready.push(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    service: `xmpp://127.0.0.1:${port}`,
    accept: () => {
      const peer = ready.shift();
      return peer ? Promise.resolve(peer) : new Promise((resolve) => waiting.push(resolve));
    },
    get count() {
      return count;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a test says and hears on a socket. */
export function toPeer(socket: Socket): Peer {
  let text = '';
  let look: (() => void)[] = [];
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (data: string) => {
    text += data;
    const again = look;
    look = [];
    for (const callback of again) callback();
  });
  return {
    closed,
    say: (more) => void socket.write(more),
    rest: () => text,
    cut: () => socket.resetAndDestroy(),
    end: () => void socket.end(),
    heard(pattern) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`${String(pattern)} was not heard; heard: ${text}`)), 5_000);
        const attempt = (): void => {
          const match = pattern.exec(text);
          if (match === null) return void look.push(attempt);
          clearTimeout(timer);
          text = text.slice(match.index + match[0].length);
          resolve(match);
        };
        attempt();
      });
    },
  };
}

let streams = 0;
export const header = (): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s${(streams += 1)}' from='localhost' version='1.0'>`;
const mechanisms = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";

/** Lets a client sign in up to the features after SASL. */
export async function authenticate(peer: Peer, features: string): Promise<void> {
  await peer.heard(/<stream:stream [^>]*>/);
  peer.say(`${header()}<stream:features>${mechanisms}</stream:features>`);
  await peer.heard(/<auth [^>]*>AGp1bGlldABzZWNyZXQ=<\/auth>/);
  peer.say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await peer.heard(/<stream:stream [^>]*>/);
  peer.say(`${header()}<stream:features>${features}</stream:features>`);
}

const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const smFeature = "<sm xmlns='urn:xmpp:sm:3'/>";

/** Binds an address. */
export async function answerBind(peer: Peer, jid = 'juliet@localhost/balcony'): Promise<void> {
  const [, id] = await peer.heard(/<iq [^>]*id="([^"]+)"><bind [^>]*(?:\/>|>.*?<\/bind>)<\/iq>/);
  peer.say(
    `<iq type='result' id='${id!}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`,
  );
}

/** Lets a client sign in. */
export async function acceptClient(
  server: ScriptedServer,
  options: { sm?: string; jid?: string; features?: string } = {},
): Promise<Peer> {
  const peer = await server.accept();
  await authenticate(peer, bindFeature + (options.sm === undefined ? '' : smFeature) + (options.features ?? ''));
  await answerBind(peer, options.jid);
  if (options.sm !== undefined) {
    await peer.heard(/<enable [^>]*>/);
    peer.say(`<enabled xmlns='urn:xmpp:sm:3' id='${options.sm}' resume='true'/>`);
  }
  return peer;
}

/** Lets a client sign in up to its wish to resume; resolves with the `h` that it names. */
export async function acceptResume(server: ScriptedServer, id: string): Promise<{ peer: Peer; h: number }> {
  const peer = await server.accept();
  await authenticate(peer, bindFeature + smFeature);
  const [, h] = await peer.heard(new RegExp(`<resume [^>]*h="(\\d+)" previd="${id}"/>`));
  return { peer, h: Number(h) };
}
