import type { Session, StanzaError } from '@xeps/core';
import { expectTypeOf, test } from 'vitest';
import { getReactionRestrictions, messageReactions, readReactions, sendReactions } from './index.ts';
import type { ReactionRestrictions, Reactions } from './index.ts';

test('reactions are typed', () => {
  const session = {} as Session;
  expectTypeOf(readReactions).returns.toEqualTypeOf<Reactions | undefined>();
  expectTypeOf<Reactions>().toHaveProperty('reactions').toEqualTypeOf<string[]>();
  expectTypeOf(getReactionRestrictions).returns.resolves.toEqualTypeOf<ReactionRestrictions | undefined>();
  session.use(messageReactions).on('rejected', ({ error }) => expectTypeOf(error).toEqualTypeOf<StanzaError>());
  // @ts-expect-error reactions to nothing
  void sendReactions(session, { to: 'a@b.example', reactions: ['👋'] });
  // @ts-expect-error §4: of type chat or groupchat
  void sendReactions(session, { to: 'a@b.example', id: '1', reactions: [], type: 'headline' });
});
