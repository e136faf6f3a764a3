import type { Delivery, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type { LangMap } from '@xeps/core/schema';
import { expectTypeOf, test } from 'vitest';
import {
  messageInfo,
  messageStanza,
  presence,
  presenceStanza,
  roster,
  rosterItem,
  rosterQuery,
  sendMessage,
} from './index.ts';
import type { RosterList, Show } from './index.ts';

declare const session: Session;

test('values have the types of what they mean', () => {
  const info = messageInfo(messageStanza.encode({}));
  expectTypeOf(info.type).toEqualTypeOf<'chat' | 'error' | 'groupchat' | 'headline' | 'normal'>();
  expectTypeOf(info.from).toEqualTypeOf<Jid | undefined>();
  expectTypeOf(messageStanza.decode(messageStanza.encode({})).body).toEqualTypeOf<LangMap>();
  const told = presenceStanza.decode(presenceStanza.encode({ show: 'away' }));
  expectTypeOf(told.show).toEqualTypeOf<Show | undefined>();
  expectTypeOf(told.priority).toEqualTypeOf<number>();
  // @ts-expect-error -- busy is no value of show
  presenceStanza.encode({ show: 'busy' });
  // @ts-expect-error -- an item has an address
  rosterItem.encode({ name: 'Juliet' });
});

test('plugins and actions say what they give', () => {
  expectTypeOf(sendMessage(session, { to: 'a@b.example' })).resolves.toEqualTypeOf<{
    readonly id: string;
    readonly delivery: Delivery;
  }>();
  expectTypeOf(session.request(rosterQuery, {})).resolves.toEqualTypeOf<RosterList | undefined>();
  expectTypeOf(session.use(presence).of('a@b.example')[0]!.from).toEqualTypeOf<Jid>();
  session.use(roster).on('updated', ({ item, previous }) => expectTypeOf(item).toEqualTypeOf(previous));
  // @ts-expect-error -- a message goes to somebody
  void sendMessage(session, { body: 'x' });
});
