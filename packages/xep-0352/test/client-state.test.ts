import { parseJid } from '@xeps/core/jid';
import { roundTrip, xml } from '@xeps/core/testing';
import { bind, plain, sasl } from '@xeps/stream';
import type { InlineOffer, StreamModule } from '@xeps/stream';
import { createClientState, csiFeature, csiState, NS_CSI } from '@xeps/xep-0352';
import type { ClientState } from '@xeps/xep-0352';
import { describe, expect, test } from 'vitest';
import {
  bindFeature,
  bound,
  features,
  header,
  saslFeature,
  scripted,
  signIn,
  success,
  untilBind,
} from '../../stream/test/harness.ts';
import type { Scripted } from '../../stream/test/harness.ts';

const csi = "<csi xmlns='urn:xmpp:csi:0'/>";
const inactive = '<inactive xmlns="urn:xmpp:csi:0"/>';
const active = '<active xmlns="urn:xmpp:csi:0"/>';
const message = "<message from='romeo@example.net'><body>hi</body></message>";

/** What stands between signing in and binding, in place of stream management. */
const resuming: StreamModule = {
  name: 'resuming',
  async negotiate(_features, stream) {
    if (!stream.authenticated) return 'skip';
    stream.setBound(parseJid('juliet@example.org/balcony'), { resumed: true });
    return 'online';
  },
};

/** A stream with the module of `state`, behind signing in. */
function stream(state: ClientState, ...modules: StreamModule[]): Scripted {
  const credentials = { username: 'juliet', password: 'secret' };
  return scripted({ modules: [sasl({ mechanisms: [plain], credentials }), state.module, ...modules, bind()] });
}

/** Signs in as in RFC 6120, up to the features of the second stream. */
async function untilFeatures(script: Scripted, offered: string): Promise<void> {
  script.stream.start();
  await script.say(header() + features(saslFeature));
  await script.say(success);
  script.written();
  await script.say(header() + features(offered));
}

function inactiveState(): ClientState {
  const state = createClientState();
  state.set(false);
  return state;
}

test.each([
  [csiFeature, '<csi xmlns="urn:xmpp:csi:0"/>'],
  [csiState, active],
  [csiState, inactive],
])('golden %#', (schema, text) => {
  expect(roundTrip(schema as typeof csiState, text)).toMatchObject({ input: text, output: text });
});

describe('§4.2 a stream', () => {
  test('begins active: nothing is said', async () => {
    const script = stream(createClientState());
    await signIn(script, csi);
    expect(script.written()).toBe('');
  });

  test('is told each change, and nothing twice', async () => {
    const state = createClientState();
    const script = stream(state);
    await signIn(script, csi);
    for (const next of [true, false, false, true, true, false]) state.set(next);
    expect(script.written()).toBe(inactive + active + inactive);
    expect(state.active).toBe(false);
    await script.say(message);
    expect(script.written()).toBe('');
  });

  test('learns of a client that nobody uses once an address is bound, and of none before', async () => {
    const state = inactiveState();
    const script = stream(state);
    const id = await untilBind(script, csi);
    state.set(true);
    state.set(false);
    expect(script.written()).toBe('');
    await script.say(bound(id));
    expect(script.written()).toBe(inactive);
    expect(script.online).toHaveLength(1);
  });

  test('§5.2 that replaces a lost one begins active again', async () => {
    const state = inactiveState();
    const first = stream(state);
    await signIn(first, csi);
    expect(first.written()).toBe(inactive);
    first.stream.end();
    state.set(true);
    state.set(false);
    expect(first.written()).toBe('');
    const second = stream(state);
    await signIn(second, csi);
    expect(second.written()).toBe(inactive);
  });

  test('is told nothing when it is closing', async () => {
    const state = createClientState();
    const script = stream(state);
    await signIn(script, csi);
    script.stream.close();
    expect(script.written()).toBe('</stream:stream>');
    state.set(false);
    expect(script.written()).toBe('');
  });
});

describe('§5.2 a resumed stream', () => {
  test('is told with the first sign of being online', async () => {
    const script = stream(inactiveState(), resuming);
    await untilFeatures(script, bindFeature + csi);
    expect(script.online).toMatchObject([{ resumed: true }]);
    await script.say(message);
    expect(script.written()).toBe(inactive);
    expect(script.stanzas).toHaveLength(1);
  });

  test('is told with an element that is no stanza too, such as an acknowledgement', async () => {
    const script = stream(inactiveState(), resuming);
    await untilFeatures(script, bindFeature + csi);
    await script.say("<a xmlns='urn:xmpp:sm:3' h='0'/>");
    expect(script.written()).toBe(inactive);
  });

  test('is told when the client is', async () => {
    const state = createClientState();
    const script = stream(state, resuming);
    await untilFeatures(script, bindFeature + csi);
    state.set(false);
    expect(script.written()).toBe(inactive);
  });

  test('is told with features that come when it is online already (XEP-0388 §2.6.1)', async () => {
    const state = inactiveState();
    const script = stream(state, resuming);
    await untilFeatures(script, bindFeature);
    expect(script.online).toHaveLength(1);
    await script.say(message);
    expect(script.written()).toBe('');
    await script.say(features(csi) + features(csi));
    expect(script.written()).toBe(inactive);
  });
});

describe('§4.1 a server that does not want to know is told nothing', () => {
  test.each([
    ['no feature', ''],
    ['another namespace', "<csi xmlns='urn:example:csi'/>"],
    ['another element', "<inactive xmlns='urn:xmpp:csi:0'/>"],
  ])('%s', async (_, offered) => {
    const state = inactiveState();
    const script = stream(state);
    await signIn(script, offered);
    state.set(true);
    state.set(false);
    await script.say(message);
    expect(script.written()).toBe('');
  });

  test('what it offers before signing in does not count', async () => {
    const script = stream(inactiveState(), resuming);
    script.stream.start();
    await script.say(header() + features(saslFeature + csi));
    await script.say(success);
    script.written();
    await script.say(header() + features(bindFeature));
    await script.say(message);
    expect(script.written()).toBe('');
  });

  test('nor does what somebody else puts into a stanza', async () => {
    const script = stream(inactiveState());
    await signIn(script);
    await script.say(
      `<message from='mallory@evil.example'><features xmlns='http://etherx.jabber.org/streams'>${csi}</features>${csi}</message>`,
    );
    expect(script.written()).toBe('');
  });
});

describe('XEP-0386 §3.2 inline', () => {
  const offer: InlineOffer = {
    get: (xmlns) => (xmlns === NS_CSI ? xml("<feature xmlns='urn:xmpp:bind:0' var='urn:xmpp:csi:0'/>") : undefined),
  };

  /** Binds with what `state` asks for, as a module that signs in would; `meanwhile` happens on the way. */
  function binding(state: ClientState, offered = offer, meanwhile = (): void => undefined): StreamModule {
    return {
      name: 'binding',
      async negotiate(_features, context) {
        if (!context.authenticated || context.jid !== undefined) return 'skip';
        const request = await state.inline.request(offered, context);
        if (request !== undefined) context.send(request);
        meanwhile();
        context.setBound(parseJid('juliet@example.org/balcony'));
        if (request !== undefined) state.inline.answered(xml("<bound xmlns='urn:xmpp:bind:0'/>"), context);
        return 'online';
      },
    };
  }

  test('an inactive client binds as one, and says it only once', async () => {
    const state = inactiveState();
    const script = stream(state, binding(state));
    await untilFeatures(script, '');
    expect(script.written()).toBe(inactive);
    await script.say(features(csi) + message);
    expect(script.written()).toBe('');
    state.set(true);
    expect(script.written()).toBe(active);
  });

  test('an active client asks for nothing', async () => {
    const state = createClientState();
    const script = stream(state, binding(state));
    await untilFeatures(script, '');
    await script.say(features(csi));
    expect(script.written()).toBe('');
    state.set(false);
    expect(script.written()).toBe(inactive);
  });

  test('where it is not offered, it is said afterwards', async () => {
    const state = inactiveState();
    const script = stream(state, binding(state, { get: () => undefined }));
    await untilFeatures(script, '');
    expect(script.written()).toBe('');
    await script.say(features(csi));
    expect(script.written()).toBe(inactive);
  });

  test('a change while binding is said right after it', async () => {
    const state = inactiveState();
    const script = stream(
      state,
      binding(state, offer, () => state.set(true)),
    );
    await untilFeatures(script, csi);
    expect(script.written()).toBe(inactive + active);
  });
});
