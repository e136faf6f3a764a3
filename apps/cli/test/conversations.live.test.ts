// Conversations on real servers: chat, sync, search, unread, export, and what send does to other messages.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { account, describeLive } from '@xeps/servers/live';
import type { Account } from '@xeps/servers/live';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { as, stateFolder } from './xeps.ts';
import type { Ended, Line, Running } from './xeps.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xeps-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describeLive('xeps: conversations', (server, transport) => {
  let juliet: Account;
  let romeo: Account;
  let state: { juliet: string; romeo: string };
  let xeps: { juliet: ReturnType<typeof as>; romeo: ReturnType<typeof as> };
  beforeEach(async () => {
    [juliet, romeo] = await Promise.all([account(server, 'juliet'), account(server, 'romeo')]);
    state = { juliet: stateFolder(), romeo: stateFolder() };
    xeps = {
      juliet: as(juliet, server, transport, undefined, state.juliet),
      romeo: as(romeo, server, transport, undefined, state.romeo),
    };
  });

  const say = ({ child }: Running, line: string): void => void child.stdin!.write(`${line}\n`);
  const done = (ended: Ended): Ended => {
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    return ended;
  };

  /** A chat that is on, and knows what the archive has. */
  async function chat(who: ReturnType<typeof as>, address: string, ...more: readonly string[]): Promise<Running> {
    const running = who.start(['chat', address, '--json', ...more]);
    await running.says('"type":"synced"');
    return running;
  }

  /** Everything that is stored, in order. */
  async function stored(who: ReturnType<typeof as>): Promise<readonly Line[]> {
    return done(await who.run(['export'])).lines;
  }

  /** Messages to an address, by `raw`, so that none is stored here. */
  async function sendMany(from: ReturnType<typeof as>, to: string, count: number): Promise<void> {
    const lines = Array.from(
      { length: count },
      (_, n) => `<message type='chat' to='${to}' id='n${n}'><body>number ${n}</body></message>`,
    );
    expect((await from.run(['raw', '--wait', '2'], { input: lines.join('\n') })).code).toBe(0);
  }

  test('chat: messages, answers, corrections, reactions and retractions, over pipes', async () => {
    const orchard = await chat(xeps.romeo, juliet.jid);
    const balcony = await xeps.juliet.run(['chat', romeo.jid], {
      input: 'Hello\n\nWherefor art thou?\n/edit Wherefore art thou?\n/nope\n/me looks *down*\n',
    });
    expect([balcony.code, balcony.stderr]).toEqual([0, expect.stringMatching(/^xeps: there is no \/nope: .*\n$/)]);
    expect(balcony.stdout).toMatch(/^1 [\d:]+ ✓ you: Hello$/m);
    expect(balcony.stdout).toMatch(/^3 [\d:]+ ✓ \* you looks \*down\*$/m);
    await orchard.says('looks *down*');
    say(orchard, '/react -2 👍 ❤️');
    say(orchard, '/reply -2 Here');
    say(orchard, 'a slip');
    await orchard.says('"a slip"');
    await expect
      .poll(() => xeps.juliet.run(['sync']).then(() => stored(xeps.juliet)), { timeout: 20_000 })
      .toHaveLength(5);
    say(orchard, '/retract');
    await orchard.says('"retracted"');
    orchard.child.stdin!.end();
    const there = done(await orchard.ended).lines;
    const question = there.find(({ type, body }) => type === 'changed' && body === 'Wherefore art thou?')!;
    expect(question).toMatchObject({ direction: 'received', edits: [{ body: 'Wherefor art thou?' }, {}] });

    done(await xeps.juliet.run(['sync']));
    const { stdout } = done(await xeps.juliet.run(['chat', romeo.jid], { input: '/search wherefore\n' }));
    expect(stdout.replaceAll(/\d\d:\d\d/g, 'TIME').replaceAll(/romeo-\w+/g, 'romeo')).toBe(
      '1 TIME ✓ you: Hello\n2 TIME ✓ you (edited): Wherefore art thou?\n    romeo 👍 ❤️\n3 TIME ✓ * you looks *down*\n' +
        '4 TIME romeo:\n    ↳ you: Wherefore art thou?\n    Here\n5 TIME ✂ romeo took this back\n' +
        '2 TIME ✓ you (edited): Wherefore art thou?\n    romeo 👍 ❤️\n',
    );
    // The older ones, from the store and from the archive.
    const late = as(juliet, server, transport);
    await sendMany(late, romeo.jid, 30);
    const again = await late.run(['chat', romeo.jid, '--json', '--limit', '5'], {
      input: '/older 10\n/older 40\n/older\n',
    });
    // ejabberd archives no message that was taken back.
    const tombstones = server.quirks.includes('retracted-leave-archive') ? [] : [undefined];
    const bodies = again.lines.filter(({ type }) => type === 'message').map(({ body }) => body);
    const numbers = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, n) => `number ${from + n}`);
    expect(bodies).toEqual([
      ...numbers(25, 30),
      ...numbers(15, 25),
      ...['Hello', 'Wherefore art thou?', '/me looks *down*', 'Here', ...tombstones],
      ...numbers(0, 15),
    ]);
    expect(again.lines.filter(({ type }) => type === 'older').map(({ count }) => count)).toEqual([
      10,
      19 + tombstones.length,
      0,
    ]);
  });

  test('chat: sent, delivered, read, to a contact who may know', async () => {
    const presence = (kind: string, to: string): string => `<presence to='${to}' type='${kind}'/>`;
    for (const [who, other] of [
      [xeps.juliet, romeo.jid],
      [xeps.romeo, juliet.jid],
      [xeps.juliet, romeo.jid],
    ] as const)
      await who.run(['raw', '--wait', '1'], {
        input: `<presence/>${presence('subscribe', other)}${presence('subscribed', other)}`,
      });
    // What a new store begins with is not confirmed.
    done(await xeps.romeo.run(['sync']));
    const balcony = await chat(xeps.juliet, romeo.jid);
    say(balcony, 'Wherefore art thou?');
    await balcony.says('"state":"sent"');
    expect(done(await xeps.romeo.run(['sync', '--json'])).lines).toMatchObject([{ added: 1, unread: 1 }]);
    await balcony.says('"state":"delivered"');
    done(await xeps.romeo.run(['chat', juliet.jid]));
    await balcony.says('"state":"read"');
    balcony.child.stdin!.end();
    const states = done(await balcony.ended).lines.flatMap(({ state: one }) => (one === undefined ? [] : [one]));
    expect([...new Set(states)].slice(-3)).toEqual(['sent', 'delivered', 'read']);
  });

  test('chat: who writes, and a message that comes back', async () => {
    const orchard = await chat(xeps.romeo, juliet.jid);
    await xeps.juliet.run(['raw'], {
      input: `<message type='chat' to='${romeo.jid}'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
    });
    await orchard.says('"type":"typing"');
    orchard.child.stdin!.end();
    done(await orchard.ended);
    const { code, stdout, stderr } = await xeps.juliet.run(['chat', `nobody@${server.domain}`], { input: 'hello?\n' });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^xeps: 1 of 1 messages did not arrive at nobody@/);
    expect(stdout).toMatch(/✗.*hello\?.*was not delivered: service-unavailable/s);
  });

  test('unread: two devices agree when one has read', async () => {
    const count = async (who: ReturnType<typeof as>, ...more: readonly string[]): Promise<unknown> =>
      done(await who.run(['unread', '--json', ...more])).lines[0]!['count'];
    const phone = as(romeo, server, transport);
    expect([await count(xeps.romeo), await count(phone)]).toEqual([0, 0]);
    done(await xeps.juliet.run(['chat', romeo.jid], { input: 'one\ntwo\nthree\n' }));
    expect([await count(xeps.romeo), await count(phone)]).toEqual([3, 3]);
    const { stdout } = done(await phone.run(['unread', '--offline']));
    expect(stdout).toMatch(new RegExp(`^3\n3  ${juliet.jid}  juliet-\\w+\n$`));
    done(await xeps.romeo.run(['chat', juliet.jid]));
    expect(await count(phone, '--offline')).toBe(3);
    expect([await count(phone), await count(xeps.romeo)]).toEqual([0, 0]);
    expect(await count(phone, '--offline')).toBe(0);
  });

  // The rest is the same whatever the connection.
  if (transport === 'websocket') return;

  test.runIf(process.platform !== 'win32')(
    'only the owner can read what is stored; sign-out --messages removes it',
    async () => {
      done(await xeps.juliet.run(['chat', romeo.jid], { input: 'secret\n' }));
      const path = join(state.juliet, 'xeps', 'conversations');
      const file = join(path, `${juliet.jid}.sqlite`);
      expect([(await stat(path)).mode & 0o777, (await stat(file)).mode & 0o777]).toEqual([0o700, 0o600]);
      const kept = await xeps.juliet.run(['sign-out']);
      expect([kept.code, kept.stderr]).toEqual([0, expect.stringContaining(file)]);
      expect(await stored(xeps.juliet)).toHaveLength(1);
      done(await xeps.juliet.run(['sign-out', '--messages']));
      expect(existsSync(file)).toBe(false);
      expect(await xeps.juliet.run(['search', 'secret'])).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('run xeps sync first') as string,
      });
    },
  );

  test('send: answers, corrects, reacts and takes back, by the ids that others print, with messages stored and without', async () => {
    const { lines: first } = done(await xeps.juliet.run(['send', romeo.jid, 'Wherefor art thou?', '--json']));
    const id = String(first[0]!['id']);
    // Another device knows nothing, and corrects it all the same; but not the last one.
    const phone = as(juliet, server, transport);
    expect(await phone.run(['send', romeo.jid, '--correct', 'last', 'x'])).toMatchObject({ code: 64 });
    expect(done(await phone.run(['send', romeo.jid, '--correct', id, 'Where art thou?', '--json'])).lines).toEqual([
      { type: 'sent', id: expect.any(String), to: romeo.jid, stage: 'acked', correct: id },
    ]);
    done(await xeps.romeo.run(['sync']));
    const [question] = await stored(xeps.romeo);
    expect(question).toMatchObject({ id, body: 'Where art thou?' });
    const { lines: history } = done(await xeps.romeo.run(['history', juliet.jid, '--json', '--limit', '2']));
    for (const [name, emoji] of [
      [question!['key'], '👍'],
      [history[0]!['stanzaId'], '❤️'],
      [id, '🌹'],
      ['last', '👋 🎉'],
    ])
      done(await xeps.romeo.run(['send', juliet.jid, '--react-to', String(name), String(emoji)]));
    done(await xeps.romeo.run(['send', juliet.jid, '--reply-to', 'last', 'Here']));
    done(await xeps.romeo.run(['send', juliet.jid, 'a slip']));
    done(await xeps.juliet.run(['sync']));
    // The last one is not stored yet: it was sent without the store.
    done(await xeps.romeo.run(['send', juliet.jid, '--retract', 'last', '--wait', 'sent']));
    done(await xeps.juliet.run(['sync']));
    done(await xeps.juliet.run(['send', romeo.jid, '--correct', 'last', 'Wherefore art thou?']));
    const here = [await stored(xeps.juliet), await stored(xeps.romeo)];
    done(await xeps.juliet.run(['sync']));
    done(await xeps.romeo.run(['sync']));
    for (const messages of [await stored(xeps.juliet), await stored(xeps.romeo)]) {
      expect(messages).toMatchObject([
        {
          body: 'Wherefore art thou?',
          edits: [{}, {}, {}],
          reactions: [{ from: romeo.jid, emojis: ['👋', '🎉'] }],
        },
        { body: 'Here', replyTo: id },
        { retracted: {} },
      ]);
    }
    // Whoever sent something has it at once.
    expect(here[0]![0]).toMatchObject({ body: 'Wherefore art thou?' });

    for (const [args, why] of [
      [['--correct', 'last', '--retract', 'last'], 'give one of'],
      [['--retract', 'last', 'text'], 'says nothing'],
      [['--correct', id, 'mine now'], 'is not yours'],
      [['--react-to', 'last', 'nice'], 'is no emoji'],
    ] as const)
      expect(await xeps.romeo.run(['send', juliet.jid, ...args])).toMatchObject({
        code: 64,
        stderr: expect.stringContaining(why) as string,
      });
    // To take back one's reactions.
    done(await xeps.romeo.run(['send', juliet.jid, '--react-to', 'last', '']));
  });

  test('search: by words, offline, and with what is new', async () => {
    done(await xeps.juliet.run(['chat', romeo.jid], { input: 'The moon\nO swear not by the Moon\nthe sun\n' }));
    const offline = ['--service', 'xmpp://127.0.0.1:1'];
    const find = async (...args: readonly string[]): Promise<unknown[]> =>
      done(await xeps.juliet.run(['search', '--json', ...args])).lines.map(({ body }) => body);
    expect(await find('moon', ...offline)).toEqual(['The moon', 'O swear not by the Moon']);
    expect(await find('moo', '--limit', '1')).toEqual(['O swear not by the Moon']);
    expect(await find('the swear moon')).toEqual(['O swear not by the Moon']);
    expect(await find('moon', '--in', `nobody@${server.domain}`)).toEqual([]);
    done(await xeps.romeo.run(['send', juliet.jid, 'th’ inconstant moon']));
    expect(await find('inconstant')).toEqual([]);
    expect(await find('inconstant', '--sync')).toEqual(['th’ inconstant moon']);
    const { stdout } = await xeps.juliet.run(['search', 'inconstant', '--in', romeo.jid]);
    expect(stdout).toMatch(/^\d\d:\d\d romeo-\w+: th’ inconstant moon\n$/);
  });

  test('export: all formats say the same', async () => {
    const tybalt = await account(server, 'tybalt');
    done(
      await xeps.juliet.run(['chat', romeo.jid], {
        input: 'Grüße 👋 <b>\nFrom me\n/edit From me to you\n/react 1 🌹\n/reply 1 an answer\n',
      }),
    );
    done(await xeps.juliet.run(['chat', tybalt.jid], { input: 'hello\n' }));
    const texts = ['Grüße 👋 <b>', 'From me to you', 'an answer'];
    const lines = await stored(xeps.juliet);
    expect(lines.map(({ body }) => body)).toEqual([...texts, 'hello']);
    expect(done(await xeps.juliet.run(['export', '--since', '1h', '--in', romeo.jid])).lines).toEqual(
      lines.slice(0, 3),
    );
    const later = await xeps.juliet.run(['export', '--since', new Date(Date.now() + 60_000).toISOString()]);
    expect([later.code, later.stdout]).toEqual([0, '']);

    const files = { html: join(folder, `${romeo.jid}.html`), mbox: join(folder, `${romeo.jid}.mbox`) };
    for (const [format, file] of Object.entries(files)) {
      const args = ['export', '--format', format, '--in', romeo.jid, '--output', file, '--json'];
      expect(done(await xeps.juliet.run(args)).lines).toEqual([
        { type: 'exported', file, format, conversations: 1, messages: 3 },
      ]);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    }
    const page = await readFile(files.html, 'utf8');
    const articles = page.split('<article').slice(1);
    expect(articles).toHaveLength(3);
    expect(articles[0]).toContain('Grüße 👋 &lt;b&gt;');
    expect(articles[1]).toContain('<details class="edits">');
    const [, anchor] = /id="([^"]+)"/.exec(articles[0]!)!;
    expect(articles[2]).toContain(`href="#${anchor!}"`);

    const mails = readMailbox(await readFile(files.mbox, 'utf8'));
    expect(mails.map(({ body }) => body)).toEqual(texts);
    expect(mails.map(({ headers }) => headers.get('subject'))).toEqual(texts);
    expect(mails[2]!.headers.get('in-reply-to')).toBe(mails[0]!.headers.get('message-id'));
    expect(new Set(mails.map(({ headers }) => headers.get('message-id'))).size).toBe(3);
    expect(mails.map(({ headers }) => new Date(headers.get('date')!).getTime())).toEqual(
      lines.slice(0, 3).map(({ at }) => Math.floor(Date.parse(String(at)) / 1_000) * 1_000),
    );
    // A parser that knows nothing of this program, where there is one.
    const script = `import mailbox, json, sys\nprint(json.dumps([m.get_payload(decode=True).decode("utf-8") for m in mailbox.mbox(sys.argv[1])]))`;
    const python = spawnSync('python3', ['-c', script, files.mbox], { encoding: 'utf8' });
    if (python.status === 0)
      expect((JSON.parse(python.stdout) as string[]).map((body) => body.trimEnd().replace(/^>From/, 'From'))).toEqual(
        texts,
      );
  });

  test('sync --full: killed, and gone on with', async () => {
    await sendMany(xeps.juliet, romeo.jid, 600);
    const file = join(state.romeo, 'xeps', 'conversations', `${romeo.jid}.sqlite`);
    const count = (): number => {
      if (!existsSync(file)) return 0;
      const db = new DatabaseSync(file, { readOnly: true });
      try {
        return Number(db.prepare('SELECT count(*) AS n FROM events').get()!['n']);
      } catch {
        // Its tables are being made.
        return 0;
      } finally {
        db.close();
      }
    };
    let before = 0;
    for (let kills = 0; kills < 3 && before < 600; kills++) {
      const syncing = xeps.romeo.start(['sync', '--full']);
      const ended = syncing.ended;
      while (syncing.child.exitCode === null && count() <= before)
        await new Promise((resolve) => setTimeout(resolve, 5));
      syncing.child.kill('SIGKILL');
      await ended;
      before = count();
    }
    const { lines } = done(await xeps.romeo.run(['sync', '--full', '--json']));
    expect(lines).toMatchObject([{ type: 'synced', conversations: 1, unread: 600 }]);
    expect((await stored(xeps.romeo)).map(({ body }) => body)).toEqual(
      Array.from({ length: 600 }, (_, n) => `number ${n}`),
    );
    expect(done(await xeps.romeo.run(['sync', '--full', '--json'])).lines).toMatchObject([{ added: 0 }]);
  });

  test('several commands at once have one store', async () => {
    const watching = await chat(xeps.juliet, romeo.jid);
    const writers = await Promise.all(
      [1, 2, 3].map((writer) =>
        xeps.juliet.run(['chat', romeo.jid], {
          input: Array.from({ length: 5 }, (_, n) => `${writer}.${n}\n`).join(''),
        }),
      ),
    );
    writers.forEach(done);
    const all = [1, 2, 3].flatMap((writer) => Array.from({ length: 5 }, (_, n) => `${writer}.${n}`));
    const sorted = (lines: readonly Line[]): unknown[] => lines.map(({ body }) => body).sort();
    for (const text of all) await watching.says(`"body":"${text}"`);
    watching.child.stdin!.end();
    expect(sorted(done(await watching.ended).lines.filter(({ type }) => type === 'message'))).toEqual(all);
    expect(sorted(await stored(xeps.juliet))).toEqual(all);
    done(await xeps.romeo.run(['sync']));
    expect(sorted(await stored(xeps.romeo))).toEqual(all);
  });

  test('--no-store: chat and unread do without, the others say so', async () => {
    const { stdout } = done(await xeps.juliet.run(['chat', romeo.jid, '--no-store'], { input: 'hello\n' }));
    expect(stdout).toContain('you: hello');
    expect(done(await xeps.romeo.run(['unread', '--no-store'])).stdout).toMatch(/^1\n/);
    expect(existsSync(join(state.juliet, 'xeps'))).toBe(false);
    for (const args of [['sync'], ['search', 'x'], ['export']])
      expect(await xeps.juliet.run([...args, '--no-store'])).toMatchObject({
        code: 64,
        stderr: expect.stringContaining('leave --no-store out') as string,
      });
  });
});

interface Mail {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Reads a mailbox (RFC 4155, with lines quoted by `>`), whose mails are text of 8 bits. */
function readMailbox(text: string): Mail[] {
  return text
    .split(/(?:^|\n)From \S+ \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\n/)
    .slice(1)
    .map((mail) => {
      const end = mail.indexOf('\n\n');
      const lines = mail
        .slice(0, end)
        .replaceAll(/\n[ \t]/g, ' ')
        .split('\n');
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(': ');
        const value = line.slice(colon + 2).replaceAll(/(\?=) (=\?)/g, '$1$2');
        return [
          line.slice(0, colon).toLowerCase(),
          value.replaceAll(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, word: string) => Buffer.from(word, 'base64').toString()),
        ];
      });
      return {
        headers: new Map(headers),
        body: mail
          .slice(end + 2)
          .replace(/\n+$/, '')
          .replaceAll(/^>(>*From )/gm, '$1'),
      };
    });
}
