import { SaslError, scramSha1, scramSha256, scramSha256Plus, plain } from '@xeps/stream';
import type { SaslChoice, SaslGuard, SaslMechanismFactory, StreamContext } from '@xeps/stream';
import { parseElement } from '@xeps/core/xml';
import { beforeEach, describe, expect, test } from 'vitest';
import { createAccountMemory } from '../src/account.ts';
import type { AccountMemory } from '../src/account.ts';
import { pinning } from '../src/pinning.ts';
import { memoryStore } from '../src/store/memory.ts';
import type { CredentialStore } from '../src/store/types.ts';

const address = 'juliet@example.org';
let store: CredentialStore;
let account: AccountMemory;
beforeEach(async () => {
  store = memoryStore().credentials;
  account = createAccountMemory(store, address);
  await account.load();
});

describe('what is known of an account', () => {
  test('an installation’s identifiers are random, of the right form, stored at once and used again', async () => {
    const { userAgentId, resource } = account.known;
    expect(userAgentId).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(resource).toMatch(/^[\w-;]{12}$/);
    const again = createAccountMemory(store, address);
    await again.load();
    expect(again.known).toEqual({ userAgentId, resource });
    const other = createAccountMemory(memoryStore().credentials, address);
    await other.load();
    expect(other.known.userAgentId).not.toBe(userAgentId);
  });

  test('changes are stored, undefined removes, forgetting leaves nothing', async () => {
    await account.update({ token: { mechanism: 'HT-SHA-256-NONE', token: 'secret', count: 0 }, password: 'secret' });
    await account.update({ password: undefined });
    expect(await store.load(address)).toEqual({
      ...account.known,
      token: { mechanism: 'HT-SHA-256-NONE', token: 'secret', count: 0 },
    });
    expect(await store.load(address)).not.toHaveProperty('password');
    const before = account.known.userAgentId;
    await account.forget();
    expect(await store.load(address)).toBeUndefined();
    expect(account.known.userAgentId).not.toBe(before);
  });

  test('SCRAM keys survive, the newest eight of them', async () => {
    const keys = (byte: number) => ({
      clientKey: new Uint8Array(20).fill(byte),
      serverKey: new Uint8Array([byte, 255]),
    });
    for (let index = 0; index < 10; index += 1) await account.scramKeys.set(`key ${index}`, keys(index));
    const again = createAccountMemory(store, address);
    await again.load();
    expect(await again.scramKeys.get('key 9')).toEqual(keys(9));
    expect(await again.scramKeys.get('key 2')).toEqual(keys(2));
    expect(await again.scramKeys.get('key 1')).toBeUndefined();
    await again.scramKeys.delete('key 9');
    expect(await again.scramKeys.get('key 9')).toBeUndefined();
    expect(await again.scramKeys.get('key 8')).toEqual(keys(8));
  });
});

describe('a downgrade against what was used before', () => {
  const mechanisms = [scramSha256Plus, scramSha256, scramSha1, plain];
  const stream = {
    domain: 'example.org',
    framing: 'tcp',
    tls: { binding: () => undefined },
  } as unknown as StreamContext;
  const unbindable = { ...stream, tls: undefined } as StreamContext;
  const binding = { type: 'tls-exporter', data: new Uint8Array(32) };
  const choice = (factory: SaslMechanismFactory, bound = true): SaslChoice => ({
    mechanism: factory.create({ username: 'juliet', password: 'secret' }, { secure: true, ...(bound && { binding }) }),
    offer: { profile: 'sasl2', mechanisms: [factory.name], features: parseElement('<features/>') },
    binding: bound ? binding : undefined,
  });
  const check = (guard: SaslGuard, attributes: Record<string, string>): void => {
    const context = guard.offered?.(choice(scramSha1).offer, stream);
    for (const one of context?.checks ?? []) void one(new Map(Object.entries(attributes)), 'SHA-1');
  };
  const used = async (factory: SaslMechanismFactory): Promise<SaslGuard> => {
    const guard = pinning(account, mechanisms);
    guard.chosen?.(choice(factory), stream);
    await guard.succeeded?.(choice(factory), stream);
    return pinning(account, mechanisms);
  };

  test('PLAIN after SCRAM is refused, with what to do, and no mechanism is asked', async () => {
    const guard = await used(scramSha256);
    expect(() => guard.chosen?.(choice(plain), stream)).toThrow(
      expect.objectContaining({
        name: 'SaslError',
        condition: 'downgrade',
        message: expect.stringMatching(/SCRAM-SHA-256 before.*now offers only PLAIN.*remove what is stored/s) as string,
      }),
    );
  });

  test('a weaker SCRAM is refused, unless the server proves that the list is its own (XEP-0474)', async () => {
    const guard = await used(scramSha256Plus);
    guard.chosen?.(choice(scramSha1), stream);
    expect(() => check(guard, { r: 'nonce' })).toThrow(SaslError);
    expect(() => check(guard, { r: 'nonce', h: 'proved by another guard' })).not.toThrow();
    await guard.succeeded?.(choice(scramSha1), stream);
    expect(account.known.mechanism).toBe('SCRAM-SHA-1');
  });

  test('without a channel that can be bound, the mechanism alone is compared', async () => {
    const guard = await used(scramSha256Plus);
    guard.chosen?.(choice(scramSha256, false), stream);
    // Types of channel binding that were announced before and are not now may have been taken away.
    expect(() => check(guard, {})).toThrow(SaslError);
    guard.chosen?.(choice(scramSha256, false), unbindable);
    expect(() => check(guard, {})).not.toThrow();
    await guard.succeeded?.(choice(scramSha256, false), stream);
    expect(account.known.mechanism).toBe('SCRAM-SHA-256-PLUS');
  });

  test('what is as good or better is taken and remembered; tokens say nothing', async () => {
    const guard = await used(plain);
    expect(account.known.mechanism).toBe('PLAIN');
    guard.chosen?.(choice(scramSha1), stream);
    expect(() => check(guard, {})).not.toThrow();
    await guard.succeeded?.(choice(scramSha1), stream);
    expect(account.known.mechanism).toBe('SCRAM-SHA-1');
    await guard.succeeded?.({ ...choice(scramSha256Plus), token: true }, stream);
    expect(account.known.mechanism).toBe('SCRAM-SHA-1');
  });

  test('what was bound to the channel is believed', async () => {
    const guard = await used(scramSha256Plus);
    const weaker = { ...choice(scramSha256Plus) };
    guard.chosen?.(weaker, stream);
    expect(() => check(guard, {})).not.toThrow();
  });
});
