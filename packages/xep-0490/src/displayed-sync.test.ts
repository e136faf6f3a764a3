import { createSession, StanzaError, XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { JidError, parseJid } from '@xeps/core/jid';
import { link, roundTrip, xml } from '@xeps/core/testing';
import { formValues } from '@xeps/xep-0004';
import { getDiscoInfo } from '@xeps/xep-0030';
import { nodeConfigFields, NS_PUBSUB_EVENT, pubsubRequest } from '@xeps/xep-0060';
import { PepError } from '@xeps/xep-0163';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notification, OWN, serveAccount } from '../test/serve-account.ts';
import { displayedSync, mdsDisplayed, NS_MDS_DISPLAYED, NS_MDS_SERVER_ASSIST } from './index.ts';
import type { DisplayedState } from './index.ts';

const juliet = 'juliet@capulet.lit';
const room = 'coven@chat.shakespeare.lit';
const golden =
  `<displayed xmlns="${NS_MDS_DISPLAYED}">` +
  `<stanza-id xmlns="urn:xmpp:sid:0" id="0f710f2b" by="juliet@capulet.lit"/></displayed>`;

it('§4.1 golden', () => {
  const { value, input, output } = roundTrip(mdsDisplayed, golden);
  expect([value.stanzaId.id, String(value.stanzaId.by)]).toEqual(['0f710f2b', juliet]);
  expect(output).toBe(input);
});

it.each([`<displayed xmlns='${NS_MDS_DISPLAYED}'/>`, golden.replace('id="0f710f2b"', '')])(
  '§4.1 broken: %s',
  (text) => {
    expect(mdsDisplayed.safeDecode(xml(text)).ok).toBe(false);
  },
);

const show = ({ conversation, stanzaId, by }: DisplayedState): string =>
  `${String(conversation)} ${stanzaId}${String(by) === OWN ? '' : ` by ${String(by)}`}`;

function follow(prepare: (account: ReturnType<typeof serveAccount>) => void = () => undefined) {
  const joined = link();
  const account = serveAccount(joined);
  prepare(account);
  const api = joined.client.use(displayedSync);
  const got: string[] = [];
  api.on('displayed', (state) => void got.push(show(state)));
  return { ...joined, account, api, got };
}

const states = (...list: [string, string, string?][]) => new Map(list.map(([key, id, by = OWN]) => [key, { id, by }]));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('§4.4 catching up', () => {
  it('tells what the server has, once', async () => {
    const { api, client, got, restart } = follow((account) => {
      account.items = states([juliet, 'm1'], [room, 'r1', room]);
    });
    await api.loaded();
    expect(got).toEqual([`${juliet} m1`, `${room} r1 by ${room}`]);
    expect(api.all().map(show)).toEqual(got);
    expect(api.get('JULIET@capulet.lit')?.stanzaId).toBe('m1');
    expect(api.get('nurse@capulet.lit')).toBeUndefined();
    restart();
    await api.loaded();
    expect(got).toHaveLength(2);
    expect(client.use(displayedSync)).toBe(api);
  });

  it('tells what changed between sessions, and forgets what is gone', async () => {
    const { account, api, got, restart } = follow((served) => {
      served.items = states([juliet, 'm1'], ['nurse@capulet.lit', 'n1']);
    });
    await api.loaded();
    account.items = states([juliet, 'm2']);
    restart();
    await api.loaded();
    expect(got.slice(2)).toEqual([`${juliet} m2`]);
    expect(api.all().map(show)).toEqual([`${juliet} m2`]);
  });

  it('with nothing there, and without such nodes', async () => {
    expect((await loadedWith('item-not-found')).faults).toEqual([]);
    expect((await loadedWith('service-unavailable')).faults).toEqual([]);
  });

  it('that fails is a fault, and succeeds in the next session', async () => {
    const { account, api, faults, got, restart } = follow((served) => {
      served.items = states([juliet, 'm1']);
      served.beforeItems = () => {
        throw new StanzaError('resource-constraint');
      };
    });
    await expect(api.loaded()).rejects.toBeInstanceOf(StanzaError);
    await pass();
    expect(faults).toHaveLength(1);
    account.beforeItems = () => undefined;
    restart();
    await api.loaded();
    expect(got).toEqual([`${juliet} m1`]);
  });

  async function loadedWith(condition: 'item-not-found' | 'service-unavailable') {
    const joined = follow((account) => {
      account.beforeItems = () => {
        throw new StanzaError(condition);
      };
    });
    await joined.api.loaded();
    expect(joined.api.all()).toEqual([]);
    return joined;
  }

  it('passes over what is broken, or has an id by somebody else', async () => {
    const { api } = follow((account) => {
      account.items = states(
        ['@', 'x'],
        [juliet, 'm1', juliet],
        ['nurse@capulet.lit', 'm2', 'mallory@evil.example'],
        [room, 'r1', `${room}/x`],
      );
    });
    await api.loaded();
    expect(api.all().map(show)).toEqual([`${juliet} m1 by ${juliet}`]);
  });

  it('does not let an older answer undo a newer event', async () => {
    const joined = link();
    const account = serveAccount(joined);
    account.items = states([juliet, 'm1'], ['nurse@capulet.lit', 'n1']);
    account.beforeItems = () => {
      joined.inject(notification(juliet, 'm2'));
      joined.inject(
        `<message from='${OWN}'><event xmlns='${NS_PUBSUB_EVENT}'><items node='${NS_MDS_DISPLAYED}'><retract id='nurse@capulet.lit'/></items></event></message>`,
      );
    };
    const api = joined.client.use(displayedSync);
    await api.loaded();
    expect(api.all().map(show)).toEqual([`${juliet} m2`]);
  });

  it('asks again in a session of an earlier run, and not in one that goes on', async () => {
    const asked: string[] = [];
    const control = createSession({
      jid: `${OWN}/orchard`,
      write(stanza) {
        const child = stanza.children[0] as Element;
        asked.push(child.name);
        return Promise.resolve({ acked: Promise.resolve() });
      },
    });
    control.session.use(displayedSync);
    control.resumed();
    await pass();
    expect(asked).toEqual(['pubsub', 'query']);
    control.disconnected();
    control.resumed();
    await pass();
    expect(asked).toHaveLength(2);
    control.end(new XmppError('ERR', 'over'));
    await expect(control.session.use(displayedSync).loaded()).rejects.toThrow('over');
  });

  it('can be waited for no longer', async () => {
    const { api } = follow((account) => {
      account.beforeItems = () => new Promise<never>(() => undefined);
    });
    const leave = new AbortController();
    const waiting = api.loaded({ signal: leave.signal });
    leave.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(api.loaded({ signal: leave.signal })).rejects.toThrow('enough');
  });
});

describe('§4.3 other devices', () => {
  it('are heard', async () => {
    const { api, got, inject } = follow();
    await api.loaded();
    inject(notification(juliet, 'm1'));
    inject(notification(juliet, 'm1'));
    inject(notification(room, 'r1', { by: room }));
    expect(got).toEqual([`${juliet} m1`, `${room} r1 by ${room}`]);
  });

  it.each([juliet, `${OWN}/orchard`, 'montague.lit', 'romeo@montague.lit.evil.example', '@'])(
    '§7 %s is none of them',
    async (from) => {
      const { api, got, inject } = follow();
      await api.loaded();
      inject(notification(juliet, 'm1', { from }));
      inject(notification(juliet, 'm1', { from, by: from.replace('@', 'x@') }));
      expect([got, api.all()]).toEqual([[], []]);
    },
  );

  it('§5.1 what is gone from the server is published anew', async () => {
    const { account, api, inject } = follow((served) => {
      served.items = states([juliet, 'm1']);
    });
    await api.loaded();
    api.set(juliet, 'm1');
    for (const inner of [
      `<items node='${NS_MDS_DISPLAYED}'><retract id='${juliet}'/></items>`,
      `<purge node='${NS_MDS_DISPLAYED}'/>`,
      `<configuration node='${NS_MDS_DISPLAYED}'/>`,
    ]) {
      inject(`<message from='${OWN}'><event xmlns='${NS_PUBSUB_EVENT}'>${inner}</event></message>`);
      api.set(juliet, 'm1');
      await api.flush();
    }
    expect(account.published).toEqual([`${juliet} m1`, `${juliet} m1`]);
  });

  it('advertises its interest', async () => {
    const { client, server } = follow();
    const { features } = await getDiscoInfo(server, { to: client.jid });
    expect(features).toContain(`${NS_MDS_DISPLAYED}+notify`);
  });
});

describe('§4.2 flagging', () => {
  it('is published after a second, the last of each conversation, and is no news here', async () => {
    const { account, api, got } = follow();
    await api.loaded();
    for (const id of ['m1', 'm2', 'm3']) api.set(juliet, id);
    api.set(room, 'r1', room);
    expect([api.get(juliet)?.stanzaId, account.published]).toEqual(['m3', []]);
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m3`, `${room} r1`]);
    expect(account.items?.get(room)).toEqual({ id: 'r1', by: room });
    api.set(juliet, 'm3');
    await pass(2000);
    expect([account.published.length, got]).toEqual([2, []]);
  });

  it('has the options that keep it private (§7)', async () => {
    const { api, wire } = follow();
    await api.loaded();
    api.set(juliet, 'm1');
    await api.flush();
    const sent = wire.findLast((line) => line.startsWith('C:') && line.includes('<publish '))!;
    const { publishOptions } = pubsubRequest.find(xml(sent.slice(3)))!;
    expect(formValues(publishOptions!.form!, nodeConfigFields)).toEqual({
      accessModel: 'whitelist',
      maxItems: 'max',
      persistItems: true,
      sendLastPublishedItem: 'never',
    });
  });

  it('is not done where it would not stay private (§7)', async () => {
    const { account, api, faults, restart } = follow((served) => {
      served.features = [];
    });
    await api.loaded();
    api.set(juliet, 'm1');
    api.set(room, 'r1', room);
    await pass(5000);
    expect(account.published).toEqual([]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toBeInstanceOf(PepError);
    expect(api.get(juliet)?.stanzaId).toBe('m1');
    account.features.push('http://jabber.org/protocol/pubsub#publish-options');
    restart();
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m1`, `${room} r1`]);
  });

  it('waits for the states of the server, and is taken back by saying what it has', async () => {
    let give = (): void => undefined;
    const { account, api, got } = follow((served) => {
      served.items = states([juliet, 'm5']);
      served.beforeItems = () => new Promise<void>((resolve) => void (give = resolve));
    });
    api.on('displayed', ({ conversation, stanzaId }) => api.set(conversation, stanzaId));
    api.set(juliet, 'm4');
    await pass(3000);
    expect(account.published).toEqual([]);
    give();
    await pass(3000);
    expect([got, account.published, api.get(juliet)?.stanzaId]).toEqual([[`${juliet} m5`], [], 'm5']);
  });

  it('survives the loss of the connection', async () => {
    const { account, api, faults, restart } = follow();
    await api.loaded();
    account.beforePublish = () => new Promise<never>(() => undefined);
    api.set(juliet, 'm1');
    await pass(1000);
    // While it is on its way.
    for (const id of ['m1', 'm2', 'm1']) api.set(juliet, id);
    account.beforePublish = () => undefined;
    restart();
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m1`]);
    expect(faults).toEqual([]);
  });

  it('that is refused is a fault, and does not stop the others', async () => {
    const { account, api, faults } = follow();
    await api.loaded();
    let times = 0;
    account.beforePublish = () => {
      if (times++ === 0) throw new StanzaError('policy-violation');
    };
    api.set(juliet, 'm1');
    api.set(room, 'r1', room);
    await api.flush();
    expect([account.published, faults.length]).toEqual([[`${room} r1`], 1]);
    expect(api.get(juliet)).toBeUndefined();
  });

  it('goes on while it is published', async () => {
    const { account, api, got } = follow();
    await api.loaded();
    account.beforePublish = () => {
      account.beforePublish = () => undefined;
      api.set(juliet, 'm2');
    };
    api.set(juliet, 'm1');
    await api.flush();
    expect(api.get(juliet)?.stanzaId).toBe('m2');
    await pass(1000);
    expect([account.published, got, api.all().map(show)]).toEqual([
      [`${juliet} m1`, `${juliet} m2`],
      [],
      [`${juliet} m2`],
    ]);
  });

  it('does not let what is on its way undo what is newer', async () => {
    const { account, api, inject } = follow();
    await api.loaded();
    account.beforePublish = () => {
      account.beforePublish = () => undefined;
      inject(notification(juliet, 'm2'));
      api.set(juliet, 'm2');
    };
    api.set(juliet, 'm1');
    api.set(juliet, 'm1');
    await api.flush();
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m1`, `${juliet} m2`]);
    expect(api.get(juliet)?.stanzaId).toBe('m2');
  });

  it('is waited for no longer than one likes', async () => {
    const { account, api } = follow();
    await api.loaded();
    account.beforePublish = () => new Promise<never>(() => undefined);
    api.set(juliet, 'm1');
    const leave = new AbortController();
    const waiting = api.flush({ signal: leave.signal });
    leave.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('is remembered where the server does not tell of it', async () => {
    const { account, api } = follow((served) => {
      served.tells = false;
    });
    await api.loaded();
    account.beforePublish = () => ['m2', 'm1'].forEach((id) => api.set(juliet, id));
    api.set(juliet, 'm1');
    await api.flush();
    await pass(1000);
    api.set(juliet, 'm1');
    await api.flush();
    expect(account.published).toEqual([`${juliet} m1`]);
  });

  it('gives way to another device that was later, though the server answers last', async () => {
    const { account, api, got, inject } = follow((served) => {
      served.tells = false;
    });
    await api.loaded();
    account.beforePublish = () => {
      inject(notification(juliet, 'm1'));
      inject(notification(juliet, 'm9'));
    };
    api.set(juliet, 'm1');
    await api.flush();
    expect([got, api.all().map(show)]).toEqual([[`${juliet} m9`], [`${juliet} m9`]]);
  });

  it('refuses ids that nobody could find', () => {
    const { api } = follow();
    expect(() => api.set(juliet, 'm1', 'mallory@evil.example')).toThrow(XmppError);
    expect(() => api.set('@', 'm1')).toThrow(JidError);
    expect(() => api.set(`${room}/witch`, 'm1')).not.toThrow();
  });
});

describe('§4.5.3 server assist', () => {
  it('rides along where the server takes it, and is not published twice', async () => {
    const { account, api, got, inject } = follow((served) => void served.features.push(NS_MDS_SERVER_ASSIST));
    await api.loaded();
    const [payload, ...more] = api.payloads(juliet, 'm1');
    expect(mdsDisplayed.decode(payload!).stanzaId).toEqual({ id: 'm1', by: parseJid(OWN) });
    expect(more).toEqual([]);
    inject(notification(juliet, 'm1'));
    expect(api.payloads(juliet, 'm1')).toEqual([]);
    await pass(2000);
    expect([account.published, got]).toEqual([[], []]);
  });

  it('is published after all when the server does not tell of it', async () => {
    const { account, api } = follow((served) => void served.features.push(NS_MDS_SERVER_ASSIST));
    await api.loaded();
    expect(api.payloads(juliet, 'm1')).toHaveLength(1);
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m1`]);
  });

  it('§7 adds nothing for a server that would pass it on', async () => {
    const { account, api } = follow();
    expect(api.payloads(juliet, 'm0')).toEqual([]);
    await api.loaded();
    expect(api.payloads(juliet, 'm1')).toEqual([]);
    await pass(1000);
    expect(account.published).toEqual([`${juliet} m1`]);
  });
});
