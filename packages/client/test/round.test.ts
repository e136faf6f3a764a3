import { TimeoutError, XmppError } from '@xeps/core';
import { SaslError, StreamError } from '@xeps/stream';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../xep-0198/test/manual-clock.ts';
import { formatService } from '../src/discovery/endpoint.ts';
import type { Endpoint, NetworkEndpoint } from '../src/discovery/endpoint.ts';
import { otherHost } from '../src/other-host.ts';
import { round } from '../src/round.ts';
import { ConnectionError } from '../src/transport/errors.ts';
import type { Transport } from '../src/transport/types.ts';

const tcp = (host: string, address?: string): NetworkEndpoint => ({
  kind: 'tcp',
  host,
  port: 5222,
  directTls: false,
  ...(address !== undefined && { address }),
});
const idOf = (endpoint: Endpoint): string =>
  (endpoint as NetworkEndpoint).address ?? formatService(endpoint).slice(7, -5);
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What an endpoint does: connects or not, signs in or not. `silent` never ends. */
type Script = Readonly<Record<string, 'silent' | 'online' | { connect: Error } | { signIn: Error }>>;

function scripted(groups: readonly (readonly Endpoint[])[], script: Script) {
  const clock = manualClock();
  const begin = clock.now();
  const events: string[] = [];
  const log = (event: string): void => void events.push(`${clock.now() - begin} ${event}`);
  const controller = new AbortController();
  const running = round(
    {
      clock,
      name: 'example.org',
      async *endpoints() {
        for (const group of groups) {
          log('group');
          yield group;
        }
      },
      connect(endpoint, { signal, timeout }) {
        expect(timeout).toBe(20_000);
        const id = idOf(endpoint);
        const what = script[id]!;
        log(`connect ${id}`);
        if (what === 'silent')
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
        if (what !== 'online' && 'connect' in what) return Promise.reject(what.connect);
        return Promise.resolve({ destroy: () => log(`destroy ${id}`) } as Transport);
      },
      otherHost,
    },
    {
      signal: controller.signal,
      timeout: 20_000,
      connecting: (endpoint) => log(`status ${endpoint}`),
      signIn(_, endpoint) {
        const id = idOf(endpoint);
        const what = script[id]!;
        return typeof what === 'object' && 'signIn' in what ? Promise.reject(what.signIn) : Promise.resolve({ id });
      },
    },
  );
  return {
    controller,
    running,
    /** What happened, without the statuses. */
    get steps() {
      return events.filter((event) => !event.includes(' status '));
    },
    get statuses() {
      return events.filter((event) => event.includes(' status '));
    },
    async after(milliseconds: number) {
      await settled();
      for (let step = 0; step < milliseconds; step += 50) {
        clock.advance(50);
        await settled();
      }
    },
  };
}

const refused = (where: string): ConnectionError => new ConnectionError('refused', `${where} refused`);

describe('XEP-0495 in a round', () => {
  test('§4.4 an endpoint that is silent costs 250 ms, and is given up for the one that answers', async () => {
    const given = scripted([[tcp('a'), tcp('b')], [tcp('c')]], { a: 'silent', b: 'online' });
    await given.after(300);
    expect(await given.running).toEqual({ id: 'b' });
    expect(given.steps).toEqual(['0 group', '0 connect a', '250 connect b']);
    expect(given.statuses).toEqual(['0 status xmpp://a:5222', '250 status xmpp://b:5222', '250 status xmpp://b:5222']);
  });

  test('§4.4 one that refuses costs nothing', async () => {
    const given = scripted([[tcp('a'), tcp('b')]], { a: { connect: refused('a') }, b: 'online' });
    expect(await given.running).toEqual({ id: 'b' });
    expect(given.steps).toEqual(['0 group', '0 connect a', '0 connect b']);
  });

  test('§4.1 priorities are strict', async () => {
    const given = scripted([[tcp('a'), tcp('b')], [tcp('c')]], {
      a: { connect: refused('a') },
      b: 'silent',
      c: 'online',
    });
    await given.after(5000);
    expect(given.steps).toEqual(['0 group', '0 connect a', '0 connect b']);
    given.controller.abort(new XmppError('ERR_XMPP_TEST', 'enough'));
    await expect(given.running).rejects.toThrow('enough');
  });

  test('who can’t sign in there is led on to those that were given up, before the next group', async () => {
    const given = scripted([[tcp('a'), tcp('b')], [tcp('c')]], {
      a: 'silent',
      b: { signIn: new TimeoutError('b did not answer') },
      c: 'online',
    });
    await given.after(5000);
    expect(given.steps).toEqual(['0 group', '0 connect a', '250 connect b', '250 connect a']);
    given.controller.abort(new Error('enough'));
    await expect(given.running).rejects.toThrow('enough');
  });

  test('what another endpoint would meet too ends it', async () => {
    const wrong = new SaslError('not-authorized', 'wrong password');
    const given = scripted([[tcp('a'), tcp('b')], [tcp('c')]], { a: { signIn: wrong } });
    await expect(given.running).rejects.toBe(wrong);
    expect(given.steps).toEqual(['0 group', '0 connect a']);
  });

  test('see-other-host is followed before the others, and nowhere else for its sake', async () => {
    const elsewhere = (host: string): { signIn: StreamError } => ({
      signIn: new StreamError('see-other-host', { by: 'peer', seeOtherHost: host }),
    });
    const given = scripted([[{ ...tcp('a', '192.0.2.1'), serverName: 'sni' }, tcp('b')]], {
      '192.0.2.1': elsewhere('x'),
      'x': elsewhere('y:5222'),
      'y': elsewhere('z'),
      'z': elsewhere('w'),
      'b': 'online',
    });
    expect(await given.running).toEqual({ id: 'b' });
    expect(given.steps.slice(1)).toEqual(['192.0.2.1', 'x', 'y', 'z', 'b'].map((id) => `0 connect ${id}`));
  });
});

describe('what a round that failed tells', () => {
  const failureOf = async (endpoints: readonly Endpoint[], script: Script): Promise<XmppError> => {
    const error: unknown = await scripted([endpoints], script).running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(XmppError);
    return error as XmppError;
  };
  const certificate = new ConnectionError('certificate', 'the certificate has expired');

  test('all that failed', async () => {
    const error = await failureOf([tcp('a'), tcp('b')], {
      a: { connect: refused('a') },
      b: { signIn: new TimeoutError('b') },
    });
    expect(error).toMatchObject({ reason: 'refused' });
    expect(error.message).toBe('no address of example.org could be connected to: a refused; b');
  });

  test('not that one address of a host is dead where another answered', async () => {
    const error = await failureOf([tcp('a', '::1'), tcp('a', '127.0.0.1')], {
      '::1': { connect: refused('::1') },
      '127.0.0.1': { connect: certificate },
    });
    expect(error).toBe(certificate);
  });

  test('but that another host is', async () => {
    const error = await failureOf([tcp('a'), tcp('b')], { a: { connect: refused('a') }, b: { connect: certificate } });
    expect(error).toMatchObject({ reason: 'refused' });
    expect(error.message).toContain('a refused; the certificate has expired');
  });

  test('what is no error of ours, as a cause', async () => {
    const cause = new TypeError('no such thing');
    const error = await failureOf([tcp('a')], { a: { connect: cause } });
    expect(error).toMatchObject({ cause, message: 'connecting to xmpp://a:5222 failed' });
  });

  test('that there is nothing to connect to', async () => {
    expect(await failureOf([], {})).toMatchObject({ reason: 'dns' });
  });
});
