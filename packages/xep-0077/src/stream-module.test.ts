import { isStanzaError } from '@xeps/core';
import type { XmppError } from '@xeps/core';
import { createClientStream, NegotiationError, plain, sasl, starttls, StreamError, tcpFraming } from '@xeps/stream';
import { expect, it } from 'vitest';
import { NS_REGISTER, registerAccount } from './index.ts';
import type { AccountRegistration } from './index.ts';

const entries = { username: 'bill', password: 'Calliope' };
const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='example.org' version='1.0'>`;
const offer = (more = ''): string =>
  `${header}<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>${more}</stream:features>`;

/** A stream to a server whose every word is the test's. */
function scripted(options: AccountRegistration, { secure = true, modules = [registerAccount(options)] } = {}) {
  let written = '';
  const closed: (XmppError | undefined)[] = [];
  const stream = createClientStream(
    {
      framing: tcpFraming,
      domain: 'example.org',
      secure,
      // On a connection without TLS only a caller who asks for it by name gets as far as this.
      allowInsecure: true,
      modules: [
        ...modules,
        starttls(),
        sasl({ mechanisms: [plain], credentials: { ...entries }, trustConnection: true }),
      ],
    },
    {
      write: (more) => void (written += more),
      startTls: () => new Promise(() => undefined),
      online: () => undefined,
      stanza: () => undefined,
      closed: (error) => void closed.push(error),
    },
  );
  return {
    closed,
    start: () => stream.start(),
    async say(text: string): Promise<string> {
      written = '';
      stream.receive(text);
      await new Promise((resolve) => setTimeout(resolve, 0));
      return written;
    },
  };
}
const idOf = (text: string): string => /<iq[^>]* id="([^"]+)"/.exec(text)![1]!;
const result = (id: string, content = ''): string => `<iq type='result' id='${id}'>${content}</iq>`;
const asks = `<query xmlns='${NS_REGISTER}'><username/><password/></query>`;
const refuses = (id: string, condition: string): string =>
  `<iq type='error' id='${id}'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;

it('§3.1.1 registers, then signs in on the same stream, and never registers again', async () => {
  const modules = [
    registerAccount({ entries: (asked) => (expect(asked.username).toBe(''), Promise.resolve(entries)) }),
  ];
  const first = scripted({ entries }, { modules });
  first.start();
  const get = await first.say(offer());
  expect(get).toContain(`<query xmlns="${NS_REGISTER}"/>`);
  expect(get).not.toContain('<auth');
  const set = await first.say(result(idOf(get), asks));
  expect(set).toContain('<username>bill</username><password>Calliope</password>');
  expect(await first.say(result(idOf(set)))).toContain('<auth');
  const second = scripted({ entries }, { modules });
  second.start();
  expect(await second.say(offer())).toMatch(/^<auth/);
});

it.each([
  ['the name is taken', 'conflict'],
  ['this server takes no registrations', 'not-allowed'],
] as const)('§3.1 %s: the stream ends and says so', async (_what, condition) => {
  const script = scripted({ entries });
  script.start();
  const set = await script.say(result(idOf(await script.say(offer())), asks));
  await script.say(refuses(idOf(set), condition));
  const [error] = script.closed;
  expect(error).toBeInstanceOf(NegotiationError);
  expect(error).toMatchObject({ retry: 'never', message: expect.stringContaining(condition) as string });
  expect(isStanzaError(error!.cause, condition)).toBe(true);
});

it('§5 a server where one registers elsewhere gets no password', async () => {
  const script = scripted({ entries });
  script.start();
  const get = await script.say(offer());
  const after = await script.say(
    result(
      idOf(get),
      `<query xmlns='${NS_REGISTER}'><instructions>Visit us</instructions><x xmlns='jabber:x:oob'><url>https://a.example/</url></x></query>`,
    ),
  );
  expect(after).not.toContain('Calliope');
  expect(script.closed[0]?.cause).toMatchObject({ reason: 'elsewhere', url: 'https://a.example/' });
});

it.each([
  ['an answer without content', (id: string) => result(id)],
  [
    'a broken answer',
    (id: string) => result(id, `<query xmlns='${NS_REGISTER}'><x xmlns='jabber:x:data' type='letter'/></query>`),
  ],
  ['an error without a reason', (id: string) => `<iq type='error' id='${id}'/>`],
])('%s is a failure, not a registration', async (_what, answer) => {
  const script = scripted({ entries });
  script.start();
  const after = await script.say(answer(idOf(await script.say(offer()))));
  expect(after).not.toContain('Calliope');
  expect(script.closed[0]).toBeInstanceOf(NegotiationError);
});

it('§3.1.1 a server that ends the stream is heard', async () => {
  const script = scripted({ entries });
  script.start();
  await script.say(offer());
  await script.say(
    `<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
  );
  expect(script.closed).toHaveLength(1);
  expect(script.closed[0]).toSatisfy(
    (error) => error instanceof StreamError || (error as Error).cause instanceof StreamError,
  );
});

it('§12 no password goes over a connection without TLS, unless its owner says so', async () => {
  const clear = scripted({ entries }, { secure: false });
  clear.start();
  expect(await clear.say(offer())).not.toContain(NS_REGISTER);
  const trusted = scripted({ entries, trustConnection: true }, { secure: false });
  trusted.start();
  expect(await trusted.say(offer())).toContain(NS_REGISTER);
  const upgradable = scripted({ entries }, { secure: false });
  upgradable.start();
  expect(await upgradable.say(offer(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`))).toMatch(/<starttls/);
});
