/** Signs in by the extensible profile on the real servers, without `@xeps/client`, which is built on this package. */
import type { XmppError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { Account, ServerInfo } from '@xeps/servers/live';
import {
  createClientStream,
  scramSha1,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
  starttls,
  tcpFraming,
  websocketFraming,
} from '@xeps/stream';
import type { SaslChoice, SaslGuard, SaslMechanismFactory } from '@xeps/stream';
import { bind2 } from '@xeps/xep-0386';
import { sasl2 } from '@xeps/xep-0388';
import type { Sasl2Options } from '@xeps/xep-0388';
import { onTestFinished } from 'vitest';
import { connectTcp } from '../../client/src/transport/tcp.ts';
import type { Transport } from '../../client/src/transport/types.ts';
import { connectNodeWebSocket } from '../../client/src/transport/websocket-node.ts';

/** How the server is reached. `ws` is without TLS, and trusted. */
export type Way = 'STARTTLS' | 'direct TLS' | 'ws' | 'wss';

/** What signing in came to. */
export interface SignedIn {
  readonly jid: Jid;
  /** What was used in the end. */
  readonly choice: SaslChoice;
  /** What this side wrote. */
  readonly said: string;
  /** What the server wrote. */
  readonly heard: string;
  /** `TLSv1.3`. */
  readonly tls: string | undefined;
  /** Closes the stream; resolves when it is over. */
  close(): Promise<void>;
}

/** How to sign in. */
export interface LiveOptions extends Partial<Pick<Sasl2Options, 'token' | 'tasks' | 'pipelining' | 'mechanisms'>> {
  /** Without a password, only a token can help. */
  readonly password?: string | undefined;
  /** The newest TLS that this side speaks. */
  readonly maxVersion?: 'TLSv1.2' | undefined;
}

const mechanisms: readonly SaslMechanismFactory[] = [
  scramSha1,
  scramSha256,
  scramSha512,
  scramSha256Plus,
  scramSha512Plus,
];

/** Binds to the keying material where there is some. */
const exporter: SaslGuard = {
  name: 'exporter',
  offered(_, { tls }) {
    const data = tls?.binding('tls-exporter');
    return data && { binding: { type: 'tls-exporter', data } };
  },
};

function connect(server: ServerInfo, way: Way, maxVersion: 'TLSv1.2' | undefined): Promise<Transport> {
  const { host, domain, ports } = server;
  const tls = { ca: server.caPem, ...(maxVersion && { maxVersion }) };
  if (way === 'ws' || way === 'wss') return connectNodeWebSocket(server[way], { tls, domain });
  const directTls = way === 'direct TLS';
  return connectTcp({ host, port: directTls ? ports.c2sTls : ports.c2s, domain, directTls, tls });
}

/** Signs in, with an address bound. Rejects with what the stream ended with. Closed when the test has ended. */
export async function signIn(
  server: ServerInfo,
  way: Way,
  account: Account,
  options: LiveOptions = {},
): Promise<SignedIn> {
  const { password = account.password, token, tasks, pipelining } = options;
  const transport = await connect(server, way, options.maxVersion);
  const result = { said: '', heard: '' };
  const ready = Promise.withResolvers<Jid>();
  const over = Promise.withResolvers<void>();
  let choice: SaslChoice | undefined;
  const stream = createClientStream(
    {
      framing: transport.kind === 'tcp' ? tcpFraming : websocketFraming,
      domain: server.domain,
      from: account.jid,
      secure: transport.secure,
      allowInsecure: way === 'ws',
      tls: () => transport.tls,
      modules: [
        starttls(),
        sasl2({
          mechanisms: options.mechanisms ?? mechanisms,
          credentials: { username: account.user, password },
          guards: [exporter, { name: 'report', succeeded: (used) => void (choice = used) }],
          userAgent: { id: 'd4565fa7-4d72-4749-b3d3-740edbf87770', software: 'xeps' },
          inline: [bind2({ tag: 'xeps' })],
          trustConnection: way === 'ws',
          token,
          tasks,
          pipelining,
        }),
      ],
    },
    {
      write(text) {
        result.said += text;
        transport.write(text);
      },
      startTls: () => transport.startTls!(),
      online: (jid) => ready.resolve(jid),
      stanza() {},
      closed(error: XmppError | undefined) {
        transport.end();
        over.resolve();
        ready.reject(error ?? new Error('closed'));
      },
    },
  );
  transport.listen({
    data(data) {
      result.heard += typeof data === 'string' ? data : new TextDecoder().decode(data);
      stream.receive(data);
    },
    close: (error) => stream.end(error),
  });
  onTestFinished(() => transport.destroy());
  stream.start();
  const jid = await ready.promise;
  return {
    jid,
    choice: choice!,
    tls: transport.tls?.protocol,
    get said() {
      return result.said;
    },
    get heard() {
      return result.heard;
    },
    close() {
      stream.close();
      return over.promise;
    },
  };
}
