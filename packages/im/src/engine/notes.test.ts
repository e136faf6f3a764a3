import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, createAccount, settle } from '../../test/account.ts';
import { hers, OTHER, PEER, says, stanza, START } from '../../test/model.ts';

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

describe('what the user of this device notes', () => {
  it('a draft is kept with its conversation, also where nothing was said yet, until it is empty', async () => {
    const account = createAccount();
    const { im } = connect(account, {});
    await settle();
    account.receive(hers('1', says('a')));
    await settle();
    const changes: unknown[] = [];
    im.on('change', ({ conversations }) => changes.push(conversations));
    await im.setDraft(PEER, 'But soft');
    await im.setDraft(OTHER, 'Good nurse');
    expect((await im.conversations()).map(({ address, draft }) => [address, draft])).toEqual([
      [OTHER, 'Good nurse'],
      [PEER, 'But soft'],
    ]);
    await im.setDraft(OTHER, '');
    await im.setDraft(PEER, 'But soft');
    await settle();
    expect((await im.conversations()).map(({ address, draft }) => [address, draft])).toEqual([[PEER, 'But soft']]);
    // The last one changed nothing.
    expect(changes).toEqual([[PEER], [OTHER], [OTHER]]);
    account.receive(hers('2', says('b')));
    await settle();
    expect(await im.conversation(PEER)).toMatchObject({ unread: 2, draft: 'But soft' });
  });

  it('a pinned conversation stands before the others', async () => {
    const account = createAccount();
    const { im } = connect(account, {});
    await settle();
    account.receive(hers('1', says('a')));
    account.receive(stanza(OTHER, '2', says('b')));
    await settle();
    const order = async (): Promise<unknown[]> =>
      (await im.conversations()).map(({ address, pinned }) => [address, pinned]);
    await im.setPinned(PEER, true);
    expect(await order()).toEqual([
      [PEER, true],
      [OTHER, false],
    ]);
    await im.setPinned(PEER, false);
    expect(await order()).toEqual([
      [OTHER, false],
      [PEER, false],
    ]);
  });
});
