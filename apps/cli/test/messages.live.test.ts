import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { as } from './xeps.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeps-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describeLive('xeps: messages and files', (server, transport) => {
  let juliet: Account;
  let romeo: Account;
  let xeps: { juliet: ReturnType<typeof as>; romeo: ReturnType<typeof as> };
  beforeAll(async () => {
    [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    xeps = { juliet: as(juliet, server, transport), romeo: as(romeo, server, transport) };
  });

  test('send --wait received, to one who listens', async () => {
    const listening = xeps.romeo.start([
      'listen',
      '--resource',
      'garden',
      '--from',
      juliet.jid,
      '--count',
      '1',
      '--timeout',
      '30',
    ]);
    await listening.says('listening as');
    const sent = await xeps.juliet.run([
      'send',
      romeo.jid,
      'O Romeo, Romeo!\nromeo@x: <&> 😀',
      '--wait',
      'received',
      '--json',
    ]);
    expect(sent.code).toBe(0);
    expect(sent.lines).toEqual([
      { type: 'sent', id: expect.any(String), to: romeo.jid, stage: 'received', receivedBy: `${romeo.jid}/garden` },
    ]);
    const { code, stdout } = await listening.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${juliet.jid}: O Romeo, Romeo!\n  romeo@x: <&> 😀\n$`));
  });

  test('listen --json: what waited, and the ids of the archive', async () => {
    const {
      lines: [sent],
    } = await xeps.juliet.run(['send', romeo.jid, '-', '--json'], { input: 'from standard input\n' });
    // Who only asks something does not take it.
    expect((await xeps.romeo.run(['ping'])).code).toBe(0);
    const { code, lines } = await xeps.romeo.run(['listen', '--json', '--count', '1', '--timeout', '20']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        type: 'message',
        direction: 'received',
        at: isoTime,
        delayed: true,
        stanzaId: expect.any(String),
        id: sent!['id'],
        from: expect.stringContaining(`${juliet.jid}/`),
        to: romeo.jid,
        messageType: 'chat',
        body: 'from standard input',
      },
    ]);
    const { lines: archived } = await xeps.romeo.run(['history', juliet.jid, '--limit', '1', '--json']);
    expect(archived[0]!['stanzaId']).toBe(lines[0]!['stanzaId']);
  });

  test('listen: copies of what another device sends', async () => {
    const listening = xeps.juliet.start(['listen', '--json', '--count', '1', '--timeout', '30']);
    let over = false;
    const ended = listening.ended.finally(() => (over = true));
    // With --json nothing tells that it listens by now: what was sent before was not copied.
    while (!over) expect((await xeps.juliet.run(['send', romeo.jid, 'a copy'])).code).toBe(0);
    const { code, stderr, lines } = await ended;
    expect([code, stderr, lines.length]).toEqual([0, '', 1]);
    expect(lines[0]).toMatchObject({
      direction: 'sent',
      carbon: true,
      from: expect.stringContaining(juliet.jid),
      to: romeo.jid,
      body: 'a copy',
    });
  });

  test('listen --no-receipts says nothing, and waiting for a receipt ends with 5', async () => {
    const listening = xeps.romeo.start(['listen', '--no-receipts', '--from', juliet.jid, '--timeout', '30']);
    await listening.says('listening as');
    const { code, stderr } = await xeps.juliet.run([
      'send',
      romeo.jid,
      'quiet',
      '--wait',
      'received',
      '--timeout',
      '1',
    ]);
    expect([code, stderr]).toEqual([5, expect.stringContaining('no receipt')]);
    listening.child.kill('SIGINT');
    expect((await listening.ended).code).toBe(130);
  });

  test('send to nobody is refused', async () => {
    for (const wait of ['acked', 'received']) {
      const { code, stdout, stderr } = await xeps.juliet.run([
        'send',
        `nobody@${server.domain}`,
        'hello?',
        '--wait',
        wait,
      ]);
      expect([code, stdout, stderr]).toEqual([4, '', expect.stringContaining(`nobody@${server.domain} answered`)]);
    }
  });

  test('history: all, the newest, those since, those before', async () => {
    const tybalt = await account(server, 'tybalt');
    const stanzas = Array.from(
      { length: 60 },
      (_, n) => `<message type='chat' to='${tybalt.jid}' id='n${n}'><body>${n}</body></message>`,
    );
    expect((await xeps.juliet.run(['raw', '--wait', '1'], { input: stanzas.join('\n') })).code).toBe(0);
    const read = async (...args: readonly string[]) => {
      const { code, lines, stderr } = await xeps.juliet.run(['history', tybalt.jid, '--json', ...args]);
      expect([code, stderr]).toEqual([0, '']);
      return lines;
    };
    const numbers = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, n) => String(from + n));
    const all = await read();
    expect(all.map(({ body }) => body)).toEqual(numbers(0, 60));
    expect(all[7]).toEqual({
      type: 'message',
      direction: 'sent',
      at: isoTime,
      delayed: true,
      stanzaId: expect.any(String),
      id: 'n7',
      from: expect.stringContaining(juliet.jid),
      to: tybalt.jid,
      messageType: 'chat',
      body: '7',
    });
    expect((await read('--limit', '5')).map(({ body }) => body)).toEqual(numbers(55, 60));
    expect((await read('--before', String(all[50]!['stanzaId']))).map(({ body }) => body)).toEqual(numbers(0, 50));
    expect((await read('--before', String(all[50]!['stanzaId']), '--limit', '10')).map(({ body }) => body)).toEqual(
      numbers(40, 50),
    );
    expect(await read('--since', '1h')).toHaveLength(60);
    expect(await read('--since', String(new Date(Date.now() + 60_000).toISOString()))).toEqual([]);
    expect(
      (await as(tybalt, server, transport).run(['history', juliet.jid, '--json', '--limit', '1'])).lines[0],
    ).toMatchObject({ direction: 'received', body: '59' });
  });

  test('upload, and send --file', async () => {
    const bytes = randomBytes(300_000);
    const file = join(folder, 'a picture.png');
    await writeFile(file, bytes);
    const { code, lines } = await xeps.juliet.run(['upload', file, '--json']);
    expect(code).toBe(0);
    expect(lines).toEqual([
      {
        type: 'upload',
        url: expect.stringMatching(/^http/),
        name: 'a picture.png',
        size: 300_000,
        mediaType: 'image/png',
      },
    ]);
    const response = await fetch(String(lines[0]!['url']));
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);

    const sent = await xeps.juliet.run(['send', romeo.jid, 'look', '--file', file, '--json']);
    const url = sent.lines[0]!['url'];
    const {
      lines: [message],
    } = await xeps.romeo.run(['history', juliet.jid, '--limit', '1', '--json']);
    expect(message).toMatchObject({ body: `look\n${String(url)}`, url });

    await writeFile(file, randomBytes(10 * 1024 * 1024 + 1));
    const tooLarge = await xeps.juliet.run(['upload', file]);
    expect([tooLarge.code, tooLarge.stderr]).toEqual([4, expect.stringContaining('10485760')]);
    expect((await xeps.juliet.run(['upload', folder])).code).toBe(64);
  });

  test('register, and the name is taken', async () => {
    const jid = `nurse-${randomBytes(5).toString('hex')}@${server.domain}`;
    const nurse = { ...juliet, jid, password: 'the password of the nurse' };
    const made = await as(nurse, server, transport).run(['register', '--json']);
    expect([made.code, made.lines]).toEqual([0, [{ type: 'registered', jid }]]);
    expect((await as(nurse, server, transport).run(['ping'])).code).toBe(0);
    const again = await as(nurse, server, transport).run(['register', '--json']);
    expect(again.code).toBe(4);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { condition: 'conflict' } });
  });
});
