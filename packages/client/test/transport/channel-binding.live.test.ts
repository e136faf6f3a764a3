import {
  bind,
  createClientStream,
  sasl,
  SaslError,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  starttls,
  tcpFraming,
  websocketFraming,
} from '@xeps/stream';
import type { SaslChoice, SaslGuard, StreamModule } from '@xeps/stream';
import { startProsody } from '@xeps/servers';
import { account, describeLive } from '@xeps/servers/live';
import type { Account, ServerInfo } from '@xeps/servers/live';
import { channelBindings, decodeChannelBindings } from '@xeps/xep-0440';
import { scramDowngradeProtection } from '@xeps/xep-0474';
import { tlsDowngradeProtection } from '@xeps/xep-0515';
import { sasl2 } from '@xeps/xep-0388';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../src/index-node.ts';
import { connectTcp } from '../../src/transport/tcp.ts';
import type { Transport } from '../../src/transport/types.ts';
import { connectNodeWebSocket } from '../../src/transport/websocket-node.ts';

type Version = 'TLSv1.2' | 'TLSv1.3';

/** Ways to reach a server by TLS. */
const ways = {
  'starttls': (server: ServerInfo, maxVersion: Version) =>
    connectTcp({ ...route(server, maxVersion), port: server.ports.c2s, directTls: false }),
  'direct TLS': (server: ServerInfo, maxVersion: Version) =>
    connectTcp({ ...route(server, maxVersion), port: server.ports.c2sTls, directTls: true }),
  'wss:': (server: ServerInfo, maxVersion: Version) => connectNodeWebSocket(server.wss, route(server, maxVersion)),
} satisfies Record<string, (server: ServerInfo, maxVersion: Version) => Promise<Transport>>;

function route({ host, domain, caPem }: ServerInfo, maxVersion: Version) {
  return { host, domain, tls: { ca: caPem, maxVersion } };
}

interface Attempt {
  readonly guards: readonly SaslGuard[];
  readonly profile?: 'sasl' | 'sasl2';
  /** Changes what the server says. */
  readonly tamper?: (text: string) => string;
}

/** Signs in; what was chosen. Rejects as the stream does. */
async function signIn(transport: Transport, server: ServerInfo, who: Account, attempt: Attempt): Promise<SaslChoice> {
  const { profile = 'sasl', tamper = (text) => text } = attempt;
  onTestFinished(() => transport.destroy());
  let choice: SaslChoice | undefined;
  const remember: SaslGuard = { name: 'test', chosen: (made) => void (choice = made) };
  const options = {
    mechanisms: [scramSha256Plus, scramSha1Plus, scramSha256, scramSha1],
    credentials: { username: who.user, password: who.password },
    guards: [remember, ...attempt.guards],
  };
  const modules: StreamModule[] = profile === 'sasl' ? [sasl(options)] : [sasl2({ ...options, userAgent: {} })];
  const signedIn = Promise.withResolvers<void>();
  const stream = createClientStream(
    {
      framing: transport.kind === 'tcp' ? tcpFraming : websocketFraming,
      domain: server.domain,
      from: who.jid,
      secure: transport.secure,
      tls: () => transport.tls,
      modules: [starttls(), ...modules, bind()],
    },
    {
      write: (text) => transport.write(text),
      startTls: () => transport.startTls!(),
      online: () => signedIn.resolve(),
      stanza: () => {},
      closed: (error) => signedIn.reject(error ?? new Error('closed')),
    },
  );
  const decoder = new TextDecoder();
  transport.listen({
    data: (data) => stream.receive(tamper(typeof data === 'string' ? data : decoder.decode(data, { stream: true }))),
    close: (error) => stream.end(error),
  });
  stream.start();
  await signedIn.promise;
  return choice!;
}

/** A guard that binds by this type, whatever the server announces. */
const bindBy = (type: string, change: (data: Uint8Array) => Uint8Array = (data) => data): SaslGuard => ({
  name: 'bind',
  offered: (_, { tls }) => ({ binding: { type, data: change(tls!.binding(type)!) } }),
});

const guards = [channelBindings(), scramDowngradeProtection(), tlsDowngradeProtection()];

describeLive('channel binding', (server, kind) => {
  let who: Account;
  beforeAll(async () => {
    who = await account(server, 'bound');
  });
  const current = server.lane === 'current';
  const reach = (Object.keys(ways) as (keyof typeof ways)[]).filter(
    (way) => (way === 'wss:') === (kind === 'websocket'),
  );

  /** What the strongest binding is that this server has; none where it has none. */
  function strongest(way: keyof typeof ways, version: Version): string | undefined {
    // Its WebSockets know nothing of their TLS.
    if (way === 'wss:' && server.quirks.includes('no-sasl2-on-wss')) return undefined;
    // Old servers have nothing for TLS 1.3, whatever ejabberd says: it announces -PLUS, and takes only tls-unique.
    if (version === 'TLSv1.3') return current ? 'tls-exporter' : undefined;
    return 'tls-unique';
  }

  const versions = reach.flatMap((way) => (['TLSv1.3', 'TLSv1.2'] as const).map((version) => [way, version] as const));

  test.each(versions)('a client over %s, %s, binds in the strongest way', async (way, version) => {
    const service = {
      'starttls': `xmpp://${server.host}:${server.ports.c2s}`,
      'direct TLS': `xmpps://${server.host}:${server.ports.c2sTls}`,
      'wss:': server.wss,
    }[way];
    const { jid, password } = await account(server, 'bound');
    const client = createClient({ jid, password, service, tls: { ca: server.caPem, maxVersion: version } });
    onTestFinished(() => client.stop());
    await client.start();
    const type = strongest(way, version);
    expect(client.signIn?.channelBinding).toBe(type);
    expect(client.signIn).toMatchObject({
      mechanism: `SCRAM-SHA-${current ? '256' : '1'}${type === undefined ? '' : '-PLUS'}`,
      tls: version,
      token: false,
    });
  });

  test.each(versions)('XEP-0474 §6.2 over %s, %s: a hash that is sent is that of the offer', async (way, version) => {
    for (const profile of ['sasl', 'sasl2'] as const) {
      // Old servers have no SASL2, and ejabberd has none where it knows nothing of TLS.
      if (profile === 'sasl2' && (!current || (way === 'wss:' && server.quirks.includes('no-sasl2-on-wss')))) continue;
      const seen: boolean[] = [];
      const look: SaslGuard = {
        name: 'look',
        offered: () => ({ checks: [(attributes) => void seen.push(attributes.has('h'))] }),
      };
      await signIn(await ways[way](server, version), server, who, { guards: [...guards, look], profile });
      expect(seen).toEqual([current]);
    }
  });

  if (current) {
    test.each(reach)('XEP-0474 §6.2 over %s: an offer that was changed is noticed', async (way) => {
      const failure = signIn(await ways[way](server, 'TLSv1.3'), server, who, {
        guards,
        tamper: (text) => text.replace(/<mechanism>PLAIN<\/mechanism>/g, ''),
      });
      await expect(failure).rejects.toMatchObject({ name: 'SaslError', condition: 'downgrade' });
    });
  }

  if (current && kind === 'tcp') {
    test('RFC 5802 §6: the server refuses y when somebody hid what it offers', async () => {
      const failure = signIn(await ways['direct TLS'](server, 'TLSv1.3'), server, who, {
        guards: [channelBindings()],
        tamper: (text) =>
          text
            .replace(/<mechanism>SCRAM-SHA-\d+-PLUS<\/mechanism>/g, '')
            .replace(/<sasl-channel-binding.*<\/sasl-channel-binding>/, ''),
      });
      await expect(failure).rejects.toThrow(/refused to sign in by SCRAM-SHA-256:/);
    });

    test('tls-server-end-point', async () => {
      // Prosody announces it to the first who connects, and to nobody after that.
      const own = server.quirks.includes('end-point-announced-once') ? await startProsody() : undefined;
      onTestFinished(() => own?.stop());
      const at = own ?? server;
      let announced: readonly string[] | undefined;
      const look: SaslGuard = {
        name: 'look',
        offered: ({ features }) => void (announced = decodeChannelBindings(features)),
      };
      const { mechanism, binding } = await signIn(
        await ways['direct TLS'](at, 'TLSv1.3'),
        at,
        own === undefined ? who : await account(own),
        { guards: [look, bindBy('tls-server-end-point'), scramDowngradeProtection()] },
      );
      expect(announced).toContain('tls-server-end-point');
      expect(mechanism.name).toBe('SCRAM-SHA-256-PLUS');
      expect(binding?.type).toBe('tls-server-end-point');
    });
  }

  // What SCRAM-*-PLUS is for: somebody in between has other data.
  test.each(versions.filter((pair) => strongest(...pair) !== undefined))(
    'over %s, %s: data of another channel is refused',
    async (way, version) => {
      const type = strongest(way, version)!;
      const right = await signIn(await ways[way](server, version), server, who, { guards: [bindBy(type)] });
      expect(right.mechanism.name).toMatch(/-PLUS$/);
      const failure = signIn(await ways[way](server, version), server, who, {
        guards: [bindBy(type, (data) => data.map((byte) => byte ^ 1))],
      });
      await expect(failure).rejects.toBeInstanceOf(SaslError);
      await expect(failure).rejects.toThrow(/refused to sign in by SCRAM-SHA-\d+-PLUS/);
    },
  );
});
