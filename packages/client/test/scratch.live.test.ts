import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import { account, liveServers } from '@xeps/servers/live';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'vitest';
test('order', async () => {
  const server = liveServers().find((s) => s.kind === 'ejabberd')!;
  for (let run = 0; run < 25; run++) {
    const wire: string[] = []; const pairs = new Set<any>();
    const proxy = createServer((near) => { const far = connect(server.ports.http, server.host); const pair = [near, far]; pairs.add(pair); let text = ''; wire.push('connect');
      near.on('data', (d) => far.write(d)); near.on('error', () => {}); far.on('error', () => {}); near.on('close', () => { far.destroy(); pairs.delete(pair); }); far.on('close', () => { near.destroy(); pairs.delete(pair); });
      far.on('data', (d) => { text += d.toString('latin1'); for (let m; (m = /<body>(down \d+)<\/body>|<resumed [^>]*>|<failed .*?failed>|<stream:error.*?stream:error>/.exec(text)); text = text.slice(m.index + m[0].length)) wire.push(m[1] ?? m[0]!.replace(/xmlns='[^']*'/,'')); near.write(d); }); });
    await new Promise<void>((r) => proxy.listen(0, '127.0.0.1', r));
    const [a, b] = [await account(server), await account(server)];
    const cutting = createClient({ jid: a.jid, password: a.password, allowInsecure: true, service: server.ws.replace(/:\d+\//, `:${(proxy.address() as AddressInfo).port}/`), reconnect: { base: 20, max: 100 } });
    const steady = createClient({ jid: b.jid, password: b.password, allowInsecure: true, service: server.ws });
    const log: string[] = []; cutting.onConnection((s) => log.push(s.status + ('error' in s ? ' ' + s.error.message : '')));
    await Promise.all([cutting.start(), steady.start()]);
    const got: string[] = []; cutting.on('message', (m) => got.push(m.getChildText('body')!));
    const to = String(cutting.jid); let errors = 0;
    for (let i = 0; i < 150; i++) { void cutting.send(new Element('message', { to: String(steady.jid), type: 'chat' }).c('body').t(`up ${i}`).up()).catch((e) => errors++ || console.log('run', run, i, String(e), log.slice(-6).join(' > '))); void steady.send(new Element('message', { to, type: 'chat' }).c('body').t(`down ${i}`).up()).catch((e) => errors++ || console.log('run', run, 'steady', String(e))); if (i % 60 === 30) for (const p of [...pairs]) { p[0].resetAndDestroy(); p[1].resetAndDestroy(); } await new Promise((r) => setTimeout(r, i % 60 === 31 ? 150 : 3)); }
    for (let i = 0; got.length < 150 && i < 100; i++) await new Promise((r) => setTimeout(r, 50));
    const bad = got.findIndex((x, i) => x !== `down ${i}`);
    if (bad >= 0 || errors) { const at = wire.indexOf(got[bad]!); console.log('run', run, errors, got.length, 'got', got.slice(bad - 2, bad + 8).join(), '| wire', wire.slice(at - 12, at + 12).join()); }
    await cutting.stop(); await steady.stop(); proxy.close();
  }
}, 200_000);
