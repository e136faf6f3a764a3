import type { Jid } from '@xeps/core/jid';
import { expectTypeOf, it } from 'vitest';
import { getMentionPermissions, mention, mentionsOf } from './index.ts';
import type { Mention, MentionGroup, MentionPermissions } from './index.ts';

it('has the types of what it means', () => {
  const read = mention.decode(mention.encode({ group: 'channel' }));
  expectTypeOf(read.group).toEqualTypeOf<MentionGroup | undefined>();
  expectTypeOf(read.jid).toEqualTypeOf<Jid | undefined>();
  expectTypeOf(read.noping).toEqualTypeOf<boolean>();
  expectTypeOf(mentionsOf).returns.toEqualTypeOf<Mention[]>();
  expectTypeOf(getMentionPermissions).returns.resolves.toEqualTypeOf<MentionPermissions>();
  mention.encode({ group: 'urn:example:cooks' });
  // @ts-expect-error neither a group of the specification nor a URI
  mention.encode({ group: 'everybody' });
  // @ts-expect-error no such right
  ({ channel: 'owners' }) satisfies MentionPermissions;
});
