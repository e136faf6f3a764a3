/** Streams by hand, so that the servers are checked without any code of the packages they will be used to test. */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import WebSocket from 'ws';

import type { ServerInfo } from '../src/index.ts';

/** A stream of text, whatever carries it. */
export interface RawStream {
  send(text: string): void;
  /** Waits until the pattern is in what has arrived, and takes all up to its end. */
  until(pattern: RegExp): Promise<string>;
  close(): void;
}

const LIMIT = 10_000;

function textReader(): { feed(text: string): void; until(pattern: RegExp): Promise<string> } {
  let text = '';
  let wake = (): void => {};
  return {
    feed: (more) => {
      text += more;
      wake();
    },
    until: async (pattern) => {
      for (const start = Date.now(); Date.now() - start < LIMIT;) {
        const match = pattern.exec(text);
        if (match !== null) {
          const taken = text.slice(0, match.index + match[0].length);
          text = text.slice(taken.length);
          return taken;
        }
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 250);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      throw new Error(`${pattern.source} did not arrive; there is: ${text.slice(-1000)}`);
    },
  };
}

function rawStream(socket: Socket): RawStream {
  const reader = textReader();
  socket.setEncoding('utf8').on('data', (text: string) => reader.feed(text));
  socket.on('error', (error) => reader.feed(`<!-- ${error.message} -->`));
  return { send: (text) => void socket.write(text), until: reader.until, close: () => void socket.destroy() };
}

const FEATURES_END = /<\/stream:features>/;

function openStream(domain: string, user = 'raw'): string {
  // With `from`, because ejabberd offers SASL2 and Prosody FAST only then.
  const addresses = `from="${user}@${domain}" to="${domain}"`;
  const namespaces = 'xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"';
  return `<stream:stream ${addresses} version="1.0" ${namespaces}>`;
}

function openTls(options: { port?: number; socket?: Socket }, server: ServerInfo): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(
      { host: server.host, ...options, servername: server.domain, ca: server.caPem, ALPNProtocols: ['xmpp-client'] },
      () => resolve(socket),
    );
    socket.once('error', reject);
  });
}

/** A stream over STARTTLS, after TLS, with the features before and after. */
export async function openStarttls(
  server: ServerInfo,
): Promise<{ plain: string; features: string; stream: RawStream }> {
  const socket = connectTcp(server.ports.c2s, server.host);
  const before = rawStream(socket);
  before.send(openStream(server.domain));
  const plain = await before.until(FEATURES_END);
  before.send('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>');
  await before.until(/<proceed [^>]*>/);
  socket.removeAllListeners('data');
  const stream = rawStream(await openTls({ socket }, server));
  stream.send(openStream(server.domain));
  return { plain, features: await stream.until(FEATURES_END), stream };
}

/** A stream over direct TLS (XEP-0368), with its features. */
export async function openDirectTls(server: ServerInfo): Promise<{ features: string; stream: RawStream }> {
  const stream = rawStream(await openTls({ port: server.ports.c2sTls }, server));
  stream.send(openStream(server.domain));
  return { features: await stream.until(FEATURES_END), stream };
}

/** A stream over WebSocket (RFC 7395), with its features. */
export async function openWebSocket(server: ServerInfo, url: string): Promise<{ features: string; stream: RawStream }> {
  const socket = new WebSocket(url, ['xmpp'], { ca: server.caPem });
  const reader = textReader();
  socket.on('message', (data) => reader.feed(String(data)));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  if (socket.protocol !== 'xmpp') throw new Error(`subprotocol is "${socket.protocol}"`);
  const stream: RawStream = { send: (text) => socket.send(text), until: reader.until, close: () => socket.terminate() };
  stream.send(
    `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="raw@${server.domain}" to="${server.domain}" version="1.0"/>`,
  );
  return { features: await stream.until(FEATURES_END), stream };
}

export function plainAuth(user: string, password: string): string {
  const data = Buffer.from(`\0${user}\0${password}`).toString('base64');
  return `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${data}</auth>`;
}

/** Authenticates with PLAIN on a stream that has had its features; gives those that come after it. */
export async function authenticate(
  stream: RawStream,
  server: ServerInfo,
  user: string,
  password: string,
): Promise<string> {
  stream.send(plainAuth(user, password));
  await stream.until(/<success [^>]*>/);
  stream.send(openStream(server.domain, user));
  return stream.until(FEATURES_END);
}

/** Signs in with PLAIN on a stream that has had its features, and binds. */
export async function signIn(stream: RawStream, server: ServerInfo, user: string, password: string): Promise<string> {
  const features = await authenticate(stream, server, user, password);
  stream.send('<iq type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>');
  await stream.until(/<jid>[^<]*<\/jid>[\s\S]*?<\/iq>/);
  return features;
}

/** Sends an IQ and gives its reply's text. */
export async function request(stream: RawStream, type: 'get' | 'set', to: string, payload: string): Promise<string> {
  const id = `r${Math.random().toString(36).slice(2)}`;
  stream.send(`<iq type="${type}" id="${id}"${to === '' ? '' : ` to="${to}"`}>${payload}</iq>`);
  return stream.until(new RegExp(`<iq [^>]*id=["']${id}["'][^>]*(/>|>[\\s\\S]*?</iq>)`));
}
