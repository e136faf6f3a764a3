/**
 * `@xmpp/client` 0.14.0 shows the faults that ../shared/facts/connection.md lists. Every row of that table is a test of
 * ours, with a server that misbehaves; its title begins with the row's number. Through a client, unless noted.
 *
 * | row | what                                        | file                                                        |
 * | --- | ------------------------------------------- | ----------------------------------------------------------- |
 * | 1   | torn UTF-8                                  | here; stream: client-stream.test.ts; core: chunks.test.ts   |
 * | 2   | every stanza counts once                    | here; xep-0198: stream-management, cuts.test.ts             |
 * | 3   | inline stream management that fails         | here; xep-0198: inline.test.ts                              |
 * | 4   | no gap between write and wait               | here; stream: client-stream.test.ts                         |
 * | 5   | who may answer                              | here; core: session.test.ts                                 |
 * | 6   | names and passwords beyond ASCII            | here; stream: saslprep, mechanisms.test.ts                  |
 * | 7   | a server that proves nothing                | rows-sign-in.test.ts, sign-in.test.ts; stream: scram.test.ts; |
 * |     |                                             | xep-0386, -0388, -0480, -0484                               |
 * | 8   | what comes before TLS and signing in        | rows-tls.test.ts, client.test.ts; stream: client-stream.test.ts; |
 * |     |                                             | transport/tls.test.ts                                       |
 * | 9   | whose certificate                           | rows-tls.test.ts, transport/tls.test.ts                     |
 * | 10  | input that is no stream                     | rows-input.test.ts, client.test.ts                          |
 * | 11  | errors that lack what they must have        | rows-input.test.ts; xep-0198: stream-management, inline     |
 * | 12  | sizes, in both directions                   | rows-input.test.ts, client.test.ts; core: limits.test.ts    |
 * | 13  | restricted XML                              | rows-input.test.ts; core: stream-parser.test.ts             |
 * | 14  | tokens                                      | rows-sign-in.test.ts; xep-0484: fast.test.ts                |
 * | 15  | what XML can't carry                        | rows-input.test.ts, client.test.ts; core: serialize.test.ts |
 * | 16  | sending while there is no connection        | client.test.ts, rows-connection.test.ts; platform-browser   |
 * | 17  | no Node built-in in a browser's bundle      | parts.test.ts; built: tooling/repo/src/bundles.ts           |
 * | –   | SCRAM everywhere, bound in Node             | rows-scram.test.ts; live: transport/channel-binding         |
 */
import { iqQuery, TimeoutError } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { describe, expect, test, vi } from 'vitest';
import { createClientOn } from '../src/client.ts';
import { nodePlatform } from '../src/platform-node.ts';
import type { Transport, TransportEvents } from '../src/transport/types.ts';
import { harness, message, next } from './harness.ts';
import { authenticateByScram } from './scripted-scram.ts';
import { bound, failed, inline, ns, sasl2Features, sasl2Success } from './scripted-sasl2.ts';
import { acceptClient, acceptResume, answerBind, header } from './scripted-server.ts';
import type { Peer } from './scripted-server.ts';
import { tornPlatform } from './torn.ts';

const given = harness();
const ping = iqQuery('get', element('urn:xmpp:ping', 'ping', {}));
const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";

describe('row 1: text that is torn between chunks arrives whole', () => {
  test.each([
    [2_100_000, 1_021],
    [64 * 1024, 1],
    [64 * 1024, 2],
    [64 * 1024, 3],
    [64 * 1024, 5],
  ])('a body of %i bytes in pieces of %i', async (bytes, size) => {
    const body = 'a€😀ü'.repeat(bytes / 10);
    const session = given.keep(
      createClientOn(tornPlatform(size), {
        jid: 'juliet@localhost',
        password: 'secret',
        service: given.server.service,
        allowInsecure: true,
      }),
    );
    const received: string[] = [];
    session.on('message', (stanza) => received.push(stanza.getChildText('body') ?? ''));
    const started = session.start();
    const peer = await acceptClient(given.server);
    await started;
    peer.say(`<message><body>${body}</body></message><message><body>end</body></message>`);
    await expect.poll(() => received.length, { timeout: 10_000 }).toBe(2);
    expect(received[0] === body).toBe(true);
    expect(received[1]).toBe('end');
  });
});

describe('row 2: every stanza counts once', () => {
  test('results of requests too; what h covers never comes again, what is lost on the way comes once', async () => {
    const session = given.client();
    const got: string[] = [];
    for (const kind of ['message', 'presence'] as const) session.on(kind, ({ attrs }) => got.push(String(attrs['id'])));
    const started = session.start();
    let peer = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    /** Everything that the server has sent in this session, whether it arrived or not. */
    const sent: string[] = [];
    const say = (stanza: string): void => {
      sent.push(stanza);
      peer.say(stanza);
    };
    for (let round = 1; round <= 3; round += 1) {
      const answer = session.request(ping, {}, { to: 'localhost' });
      const [, id] = await peer.heard(/<iq [^>]*id="([^"]+)"[^>]*><ping /);
      say(`<message id='m${round}'/>`);
      say(`<iq type='result' from='localhost' id='${id!}'/>`);
      say(`<iq type='result' from='localhost' id='nobody-asked'/>`);
      say(`<presence id='p${round}'/>`);
      say(`<iq type='get' from='localhost' id='g${round}'><ping xmlns='urn:xmpp:ping'/></iq>`);
      await answer;
      await peer.heard(new RegExp(`<iq [^>]*id="g${round}"`));
      peer.say(`<r xmlns='${ns.sm}'/>`);
      const [, told] = await peer.heard(/<a [^>]*h="(\d+)"\/>/);
      expect(Number(told)).toBe(sent.length);
      sent.push(`<message id='lost${round}'/>`);
      peer.cut();
      const back = next(session, 'resumed');
      const resume = await acceptResume(given.server, 'session-1');
      expect(resume.h).toBe(sent.length - 1);
      peer = resume.peer;
      // Of what the client sent, the answer to the request of this round is lost.
      const again = sent.slice(resume.h).join('');
      peer.say(`<resumed xmlns='${ns.sm}' previd='session-1' h='${round * 2 - 1}'/>${again}`);
      await back;
      await peer.heard(new RegExp(`^<iq [^>]*id="g${round}"[^>]*>.*?</iq>`));
    }
    await session.send(message('last'));
    await peer.heard(/^<r [^>]*\/><message id="last" [^>]*\/>/);
    expect(got).toEqual(['m1', 'p1', 'lost1', 'm2', 'p2', 'lost2', 'm3', 'p3', 'lost3']);
  });
});

describe('row 3: stream management with signing in', () => {
  async function signIn(peer: Peer, content: string, features = '<stream:features/>'): Promise<string> {
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + sasl2Features());
    const [request] = await peer.heard(/<authenticate .*<\/authenticate>/s);
    peer.say(sasl2Success(content) + features);
    return request;
  }
  const enabled = (id: string): string => bound(`<enabled xmlns='${ns.sm}' id='${id}' resume='true'/>`);
  const again = `<stream:features>${bindFeature}<sm xmlns='${ns.sm}'/></stream:features>`;

  test('features after Bind 2 that offer it once more change nothing: it is on, and resumes', async () => {
    const session = given.client();
    const started = session.start();
    const peer = await given.server.accept();
    expect(await signIn(peer, enabled('session-1'), again)).toContain('<enable ');
    await started;
    const { acked } = await session.send(message('1'));
    await peer.heard(/^<message id="1"[^>]*\/><r /);
    peer.say(`<a xmlns='${ns.sm}' h='1'/>`);
    await acked;
    peer.cut();
    const back = next(session, 'resumed');
    const second = await given.server.accept();
    const resumed = `<resumed xmlns='${ns.sm}' previd='session-1' h='1'/>`;
    expect(await signIn(second, resumed, '')).toContain('<resume xmlns="urn:xmpp:sm:3" h="0" previd="session-1"/>');
    await back;
    expect(peer.rest() + second.rest()).not.toMatch(/<(?:resume|enable) /);
  });

  test('refused with the binding: reported, and the stream goes on without', async () => {
    const failures: unknown[] = [];
    const session = given.client({ streamManagement: { onFailed: (error) => failures.push(error) } });
    const started = session.start();
    const peer = await given.server.accept();
    await signIn(peer, bound(failed('internal-server-error')), again);
    await started;
    expect(failures).toMatchObject([
      { name: 'StreamManagementError', reason: 'enable', condition: 'internal-server-error' },
    ]);
    const { acked } = await session.send(message('1'));
    await acked;
    await peer.heard(/^<message id="1"[^>]*\/>$/);
  });

  test('<resume/>, then <enable/>, both refused: both reported, nothing is lost, the stream goes on', async () => {
    const failures: unknown[] = [];
    const session = given.client({ streamManagement: { onFailed: (error) => failures.push(error) } });
    const started = session.start();
    const first = await given.server.accept();
    await signIn(first, enabled('session-1'));
    await started;
    const { acked } = await session.send(message('1'));
    await first.heard(/<message/);
    first.cut();
    const online = next(session, 'online');
    const peer = await given.server.accept();
    await signIn(peer, failed('item-not-found') + bound(failed('feature-not-implemented')), again);
    await online;
    expect(failures).toMatchObject([
      { reason: 'resume', condition: 'item-not-found' },
      { reason: 'enable', condition: 'feature-not-implemented' },
    ]);
    await peer.heard(/^<message id="1"[^>]*><delay [^>]*\/><\/message>/);
    await acked;
    expect(peer.rest()).toBe('');
  });

  test('so too in steps of their own', async () => {
    const failures: unknown[] = [];
    const session = given.client({ streamManagement: { onFailed: (error) => failures.push(error) } });
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    first.cut();
    const online = next(session, 'online');
    const { peer } = await acceptResume(given.server, 'session-1');
    peer.say(failed('item-not-found'));
    await answerBind(peer);
    await peer.heard(/<enable /);
    peer.say(failed('unexpected-request'));
    await online;
    const { acked } = await session.send(message('1'));
    await peer.heard(/<message id="1"/);
    await acked;
    expect(failures).toMatchObject([
      { reason: 'resume', condition: 'item-not-found' },
      { reason: 'enable', condition: 'unexpected-request' },
    ]);
  });
});

describe('row 4: no gap between a write and the wait for its answer', () => {
  test('answers that come while it is being written, on a connection whose buffer never empties', async () => {
    let count = 0;
    let listener: TransportEvents | undefined;
    const say = (text: string): void => listener?.data(new TextEncoder().encode(text));
    const answer = (text: string): void => {
      const [, id] = /<iq [^>]*id="([^"]+)"/.exec(text) ?? [];
      if (text.includes('<stream:stream')) {
        count += 1;
        const plain = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
        say(`${header()}<stream:features>${count === 1 ? plain : bindFeature}</stream:features>`);
      } else if (text.startsWith('<auth ')) say("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
      else if (id !== undefined) {
        say(
          `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@localhost/x</jid></bind></iq>` +
            "<message id='at-once'/>",
        );
      } else if (text === '</stream:stream>') say(text);
    };
    const transport: Transport = {
      kind: 'tcp',
      secure: true,
      bufferedAmount: 0,
      write: answer,
      flushed: () => new Promise(() => {}),
      end: () => listener?.close(),
      destroy: () => listener?.close(),
      listen: (events) => void (listener = events),
    };
    const session = given.keep(
      createClientOn(
        { ...nodePlatform, connect: async () => transport },
        { jid: 'juliet@localhost', password: 'secret', service: given.server.service, timeout: 300 },
      ),
    );
    const got: unknown[] = [];
    session.on('message', ({ attrs }) => got.push(attrs['id']));
    expect(String(await session.start())).toBe('juliet@localhost/x');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect([session.status, count, got]).toEqual(['online', 2, ['at-once']]);
  });
});

describe('row 5: who may answer', () => {
  test('not another account, not under another id; ids are not of Math.random', async () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0.5);
    try {
      const session = given.client();
      const started = session.start();
      const peer = await acceptClient(given.server);
      await started;
      const ids: string[] = [];
      const ask = async (timeout?: number): Promise<Promise<unknown>> => {
        const asked = session.request(ping, {}, { to: 'romeo@localhost/orchard', timeout });
        asked.catch(() => {});
        ids.push((await peer.heard(/<iq [^>]*id="([^"]+)"[^>]*><ping /))[1]!);
        return Promise.resolve({ asked });
      };
      const { asked: forged } = (await ask(200)) as { asked: Promise<unknown> };
      for (const from of ["from='mallory@evil.example/x'", "from='romeo@localhost'", "from='localhost'", ''])
        peer.say(`<iq type='result' ${from} id='${ids[0]!}'/>`);
      peer.say("<iq type='result' from='romeo@localhost/orchard' id='guess'/>");
      await expect(forged).rejects.toBeInstanceOf(TimeoutError);
      const { asked: honest } = (await ask()) as { asked: Promise<unknown> };
      peer.say(`<iq type='result' from='romeo@localhost/orchard' id='${ids[1]!}'/>`);
      await honest;
      expect(ids[0]).not.toBe(ids[1]);
      for (const id of ids) expect(id).toMatch(/^[\w-]{20}$/);
    } finally {
      random.mockRestore();
    }
  });
});

describe('row 6: names and passwords beyond ASCII', () => {
  // U+00AD is mapped to nothing, U+00A0 to a space, U+2160 is I by NFKC (RFC 4013 §2).
  const account = { jid: 'jülïet@localhost', password: 'p\u00e4ss\u00adw\u00f6rd\u00a0\u2160€' };
  const prepared = 'pässwörd I€';

  test('PLAIN: UTF-8, prepared by SASLprep', async () => {
    const session = given.client(account);
    const started = session.start();
    const peer = await given.server.accept();
    await peer.heard(/<stream:stream [^>]*>/);
    peer.say(header() + sasl2Features(inline));
    const [, data] = await peer.heard(/<initial-response>([^<]*)<\/initial-response>.*<\/authenticate>/s);
    expect(Buffer.from(data!, 'base64').toString()).toBe(`\0jülïet\0${prepared}`);
    peer.say(sasl2Success(bound(''), 'jülïet@localhost/chosen') + '<stream:features/>');
    expect(String(await started)).toBe('jülïet@localhost/chosen');
  });

  test('SCRAM as well', async () => {
    const session = given.client(account);
    const started = session.start();
    const peer = await given.server.accept();
    const { clientFirst, proved } = await authenticateByScram(
      peer,
      'sasl2',
      { password: prepared },
      { inline, content: bound(''), jid: 'jülïet@localhost/chosen' },
    );
    await started;
    expect(clientFirst).toContain('n=jülïet,r=');
    expect(proved).toBe(true);
  });
});
