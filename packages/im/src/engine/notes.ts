import { commit } from '../model/apply.ts';
import { loadWorkingSet } from '../model/working-set.ts';
import type { ConversationRecord } from '../store/records.ts';
import type { Journal } from './journal.ts';

/** What the user of this device notes about conversations. */
export interface Notes {
  /** Keeps a text that is not sent yet, in place of the one before; an empty one removes it. */
  setDraft(conversation: string, text: string): Promise<void>;
  /** Whether it stands before the others. */
  setPinned(conversation: string, pinned: boolean): Promise<void>;
}

/** Keeps notes in the store. */
export function createNotes(journal: Journal): Notes {
  const change = (
    conversation: string,
    work: (talk: ConversationRecord) => ConversationRecord | undefined,
  ): Promise<void> =>
    journal.write(async (tx) => {
      const set = await loadWorkingSet(tx, { conversations: [conversation] });
      const changed = work(set.conversation(conversation));
      if (changed === undefined) return;
      set.putConversation(changed);
      await commit(tx, set);
    });

  return {
    setDraft: (conversation, text) =>
      change(conversation, ({ draft = '', ...talk }) => {
        if (draft === text) return undefined;
        return text === '' ? talk : { ...talk, draft: text };
      }),
    setPinned: (conversation, wanted) =>
      change(conversation, ({ pinned = false, ...talk }) => {
        if (pinned === wanted) return undefined;
        return wanted ? { ...talk, pinned: true } : talk;
      }),
  };
}
