import type { Element, XmppError } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { ClientStream, ClientStreamOptions } from '@xeps/stream';
import { bind, createClientStream, plain, sasl, starttls, tcpFraming } from '@xeps/stream';
import { expect } from 'vitest';

/** What a client's stream did, and the server's end of it: text that a test says by hand. */
export interface Scripted {
  readonly stream: ClientStream;
  /** Everything written since the last look. */
  written(): string;
  /** Says something and lets the client think. */
  say(data: string | Uint8Array): Promise<void>;
  readonly stanzas: Element[];
  readonly online: { jid: Jid; resumed: boolean }[];
  readonly closed: (XmppError | undefined)[];
  readonly upgrades: PromiseWithResolvers<void>[];
}

export const header = (attributes = "id='s1' version='1.0' from='example.org'"): string =>
  `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' ${attributes}>`;
export const features = (content: string): string => `<stream:features>${content}</stream:features>`;
export const saslFeature =
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
export const tlsFeature = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
export const bindFeature = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
export const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
export const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

/** Lets promises run, without timers: WebCrypto is not used by PLAIN. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

export function scripted(options: Partial<ClientStreamOptions> = {}): Scripted {
  let text = '';
  const upgrades: PromiseWithResolvers<void>[] = [];
  const stanzas: Element[] = [];
  const online: { jid: Jid; resumed: boolean }[] = [];
  const closed: (XmppError | undefined)[] = [];
  const stream = createClientStream(
    {
      framing: tcpFraming,
      domain: 'example.org',
      secure: true,
      from: 'juliet@example.org',
      modules: [
        starttls(),
        sasl({ mechanisms: [plain], credentials: { username: 'juliet', password: 'secret' } }),
        bind(),
      ],
      ...options,
    },
    {
      write: (more) => void (text += more),
      startTls() {
        const upgrade = Promise.withResolvers<void>();
        upgrades.push(upgrade);
        return upgrade.promise;
      },
      online: (jid, resumed) => void online.push({ jid, resumed }),
      stanza: (stanza) => void stanzas.push(stanza),
      closed: (error) => void closed.push(error),
    },
  );
  return {
    stream,
    stanzas,
    online,
    closed,
    upgrades,
    written() {
      const now = text;
      text = '';
      return now;
    },
    async say(data) {
      stream.receive(data);
      await settle();
    },
  };
}

/** The id of the bind request in what was written. */
function bindId(written: string): string {
  const id = /<iq[^>]* id="([^"]+)"/.exec(written)?.[1];
  expect(id, written).toBeDefined();
  return id!;
}
export const bound = (id: string, jid = 'juliet@example.org/balcony'): string =>
  `<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>`;

/** Signs in up to the request to bind; the answer is the test's. */
export async function untilBind(script: Scripted, extraFeatures = ''): Promise<string> {
  script.stream.start();
  await script.say(header() + features(saslFeature));
  expect(script.written()).toContain(
    '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AGp1bGlldABzZWNyZXQ=</auth>',
  );
  await script.say(success);
  await script.say(header("id='s2' version='1.0'") + features(bindFeature + extraFeatures));
  return bindId(script.written());
}

/** Signs in. */
export async function signIn(script: Scripted, extraFeatures = ''): Promise<void> {
  const id = await untilBind(script, extraFeatures);
  await script.say(bound(id));
  expect(script.online).toHaveLength(1);
}
