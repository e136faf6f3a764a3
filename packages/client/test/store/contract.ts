import { applyChange } from '@xeps/xep-0198';
import type { StreamJournal, StreamManagementChange, StreamManagementState } from '@xeps/xep-0198';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientStore, StoredCredentials } from '../../src/store/types.ts';

/** A store, and the way to it from another run of the program. */
export interface Given {
  readonly store: ClientStore;
  reopen(): ClientStore;
}

export const juliet = 'juliet@example.org';
export const full: StoredCredentials = {
  userAgentId: '0a1b2c3d-0000-4000-8000-000000000001',
  resource: 'balcony',
  token: { mechanism: 'HT-SHA-256-EXPR', token: 'secret', expiry: '2026-02-01T00:00:00Z', count: 3 },
  scramKeys: { 'SCRAM-SHA-256,salt,4096': { clientKey: 'Y2xpZW50', serverKey: 'c2VydmVy' } },
  password: 'r0m30',
  mechanism: 'SCRAM-SHA-256-PLUS',
  server: { framing: 'tcp', secure: true, features: "<features xmlns='http://etherx.jabber.org/streams'/>" },
};
export const state: StreamManagementState = {
  id: 'session-1',
  jid: 'juliet@example.org/balcony',
  inbound: 7,
  outbound: 0xffff_ffff,
  max: 300,
  location: '[2001:db8::1]:5223',
  unacked: [{ stanza: { kind: 'message', text: '<message id="0"/>' }, time: 1 }],
  lost: [{ stanza: { kind: 'iq', text: '<iq id="lost"/>' }, time: 0 }],
};
export const sent = (id: string): StreamManagementChange => ({
  type: 'sent',
  stanza: { kind: 'message', text: `<message id="${id}"><body>ä\n"</body></message>` },
  time: 5,
});

const change: fc.Arbitrary<(state: StreamManagementState) => StreamManagementChange> = fc.oneof(
  { weight: 3, arbitrary: fc.string().map((id) => () => sent(id)) },
  {
    weight: 1,
    arbitrary: fc.nat(5).map((count) => ({ outbound, unacked }: StreamManagementState) => ({
      type: 'acked' as const,
      h: (outbound + Math.min(count, unacked.length)) >>> 0,
    })),
  },
  { weight: 1, arbitrary: fc.nat(0xffff_ffff).map((h) => () => ({ type: 'handled' as const, h })) },
);

/** What every store does. */
export function storeContract(name: string, given: () => Given): void {
  const open = async (store: ClientStore, account = juliet): Promise<StreamJournal> => store.streams.open(account);

  describe(`${name}: credentials`, () => {
    test('are there again in the next run, all of them, until they are deleted', async () => {
      const { store, reopen } = given();
      expect(await store.credentials.load(juliet)).toBeUndefined();
      await store.credentials.save(juliet, full);
      expect(await store.credentials.load(juliet)).toEqual(full);
      expect(await reopen().credentials.load(juliet)).toEqual(full);
      const bare = { userAgentId: full.userAgentId, resource: 'other' };
      const next = reopen();
      await next.credentials.save(juliet, bare);
      expect(await next.credentials.load(juliet)).toMatchObject(bare);
      await next.credentials.delete(juliet);
      expect(await next.credentials.load(juliet)).toBeUndefined();
      expect(await reopen().credentials.load(juliet)).toBeUndefined();
    });

    test.each([
      'romeo@example.org',
      'juliet@example.or',
      '../../x@[::1]',
      "ü'*(/\\:@пример.рф",
      `${'x'.repeat(1000)}@y`,
    ])('of %s are its own', async (other) => {
      const { store, reopen } = given();
      await store.credentials.save(juliet, full);
      await store.credentials.save(other, { ...full, resource: 'other' });
      const next = reopen();
      expect(await next.credentials.load(other)).toMatchObject({ resource: 'other' });
      await next.credentials.delete(other);
      expect(await next.credentials.load(juliet)).toEqual(full);
    });
  });

  describe(`${name}: streams`, () => {
    test('a journal starts empty, and changes of nothing are nothing', async () => {
      const { store, reopen } = given();
      const journal = await open(store);
      expect(journal.state).toBeUndefined();
      journal.append(sent('1'));
      expect(journal.state).toBeUndefined();
      expect((await open(reopen())).state).toBeUndefined();
    });

    test('states and changes are there in the next run, which goes on with them', async () => {
      const { store, reopen } = given();
      const journal = await open(store);
      journal.save(state);
      journal.append(sent('1'));
      journal.append({ type: 'acked', h: 0 });
      journal.append({ type: 'handled', h: 8 });
      const after = { ...state, outbound: 0, inbound: 8, unacked: [{ ...sent('1'), type: undefined }] };
      expect(journal.state).toEqual(after);
      const next = await open(reopen());
      expect(next.state).toEqual(after);
      next.append(sent('2'));
      expect((await open(reopen())).state?.unacked).toHaveLength(2);
    });

    test('a session that ended is gone', async () => {
      const { store, reopen } = given();
      const journal = await open(store);
      journal.save(state);
      journal.append(sent('1'));
      journal.save(undefined);
      journal.append(sent('2'));
      expect(journal.state).toBeUndefined();
      expect((await open(reopen())).state).toBeUndefined();
    });

    test('whoever opens a journal takes it from who had it', async () => {
      const { store } = given();
      const first = await open(store);
      first.save(state);
      const second = await open(store);
      first.append(sent('1'));
      first.save(undefined);
      expect(second.state).toEqual(state);
      second.append({ type: 'handled', h: 9 });
      expect(second.state).toEqual({ ...state, inbound: 9 });
    });

    test('accounts don’t mix', async () => {
      const { store, reopen } = given();
      const [one, two] = [await open(store), await open(store, 'juliet@example.or')];
      one.save(state);
      two.save({ ...state, id: 'other', lost: [] });
      two.append({ type: 'handled', h: 1 });
      one.save(undefined);
      expect((await open(reopen(), 'juliet@example.or')).state).toMatchObject({ id: 'other', inbound: 1 });
    });

    test('whatever happens, what is read is what was written', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(change, fc.constant('save'), fc.constant('reopen'))), async (steps) => {
          const { store, reopen } = given();
          let journal = await open(store);
          let expected = state;
          journal.save(state);
          for (const step of steps) {
            if (step === 'save') {
              expected = Object.assign({}, expected, { id: `${expected.id!}x` });
              journal.save(expected);
            } else if (step === 'reopen') journal = await open(reopen());
            else if (typeof step === 'function') {
              const next = step(expected);
              journal.append(next);
              expected = applyChange(expected, next);
            }
          }
          expect(journal.state).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });
  });
}
