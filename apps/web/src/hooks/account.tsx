/** The account, for all that is shown. */
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { LinkedAccount } from '../backend/link.ts';
import type { AccountState, ConversationView } from '../backend/types.ts';

/** The account that is signed in. */
export const AccountContext = createContext<LinkedAccount | undefined>(undefined);

/** The account; only within the screens of one. */
export function useAccount(): LinkedAccount {
  const account = useContext(AccountContext);
  if (account === undefined) throw new Error('nobody is signed in');
  return account;
}

/** A part of the account's state. */
export function useAccountState<T>(select: (state: AccountState) => T): T {
  const account = useAccount();
  return useSyncExternalStore(
    (changed) => account.on('state', changed),
    () => select(account.state!),
  );
}

/** Milliseconds in which changes are gathered before a list is read anew. */
const gathering = 30;

/** All conversations; undefined until they are read. */
export function useConversations(): readonly ConversationView[] | undefined {
  const account = useAccount();
  const contacts = useAccountState((state) => state.contacts);
  const [conversations, setConversations] = useState<readonly ConversationView[]>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let closed = false;
    const read = (): void => {
      timer = undefined;
      account.api
        .conversations()
        .then((list) => closed || setConversations(list))
        .catch((error: unknown) => console.warn(error));
    };
    const soon = (): void => void (timer ??= setTimeout(read, gathering));
    read();
    const stop = account.on('change', soon);
    return () => {
      closed = true;
      clearTimeout(timer);
      stop();
    };
    // Names come from the contact list.
  }, [account, contacts]);
  return conversations;
}

/** What to call somebody, contact or not. */
export function useName(address: string): string {
  return useAccountState(
    ({ contacts }) => contacts.find((contact) => contact.address === address)?.name ?? address.replace(/@.*/, ''),
  );
}

/** The conversation, as it is now; undefined until it is read. */
export function useConversation(address: string): ConversationView | undefined {
  const account = useAccount();
  const [conversation, setConversation] = useState<ConversationView>();
  useEffect(() => {
    let closed = false;
    const read = (): void =>
      void account.api
        .conversation(address)
        .then((found) => closed || setConversation(found))
        .catch((error: unknown) => console.warn(error));
    read();
    const stop = account.on('change', ({ conversations }) => {
      if (conversations === 'all' || conversations.includes(address)) read();
    });
    return () => {
      closed = true;
      stop();
    };
  }, [account, address]);
  return conversation;
}
