import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, child, element, flag, integer, jid, optional, rest, string, uri } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput, TextCodec } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';

/** §2: the namespace of mentions; who reads them advertises it, and a room with permissions (§3.6) too. */
export const NS_MENTIONS = 'urn:xmpp:mentions:0';

/** §3.2: the groups that the specification names; the last eight are in a room, by role, affiliation and hat. */
const groupNames = [
  'channel',
  'space',
  'server',
  'moderators',
  'participants',
  'visitors',
  'owner',
  'admin',
  'member',
  'none',
  'hats',
] as const;
/** §3.2: whom a mention of a group is for, by the last part of its URI; a group of others by its whole URI. */
export type MentionGroup = (typeof groupNames)[number] | `${string}:${string}`;

const mentionGroup: TextCodec<MentionGroup> = {
  decode(value) {
    const absolute = uri.decode(value) as MentionGroup;
    return groupNames.find((name) => absolute === `${NS_MENTIONS}#${name}`) ?? absolute;
  },
  encode: (value) => uri.encode((groupNames as readonly string[]).includes(value) ? `${NS_MENTIONS}#${value}` : value),
  json: true,
};

const $mention = /* @__PURE__ */ element(NS_MENTIONS, 'mention', {
  occupantId: optional(attr(string, 'occupantid')),
  jid: optional(attr(jid)),
  group: optional(attr(mentionGroup, 'mentions')),
  uri: optional(attr(uri)),
  begin: optional(attr(integer())),
  end: optional(attr(integer())),
  hreflang: optional(attr()),
  active: flag(),
  noping: flag(),
  modifiers: rest(),
});
/**
 * §3: who is mentioned: in a room an occupant by XEP-0421, elsewhere an account (§3.1), or a `group` (§3.2), which `uri`
 * says more about. `begin` and, exclusive, `end` count code points (§3.3) of the body in the language `hreflang` (§3.4).
 * `active`: only if the user is; `noping`: without notifying anybody (§3.5). `modifiers` are those of others.
 */
export interface MentionElement extends Infer<typeof $mention> {}
/** {@link MentionElement} for encoding. */
export interface MentionInput extends InferInput<typeof $mention> {}
/** §3: `<mention/>`. `mentionsOf` reads those of a message, `isMentioned` tells whether one of them is to be heard. */
export const mention: ElementSchema<MentionElement, MentionInput> = $mention;

const $config = /* @__PURE__ */ element(NS_MENTIONS, 'query', { form: optional(child(dataForm)) });
/** §3.6: who may mention whom in a room, as a form; without one, a question for it. */
export interface MentionsConfig extends Infer<typeof $config> {}
/** {@link MentionsConfig} for encoding. */
export interface MentionsConfigInput extends InferInput<typeof $config> {}
/** §3.6: `<query/>`. `getMentionPermissions` and `setMentionPermissions` use it. */
export const mentionsConfig: ElementSchema<MentionsConfig, MentionsConfigInput> = $config;

/** §3.6: asks a room for its permissions. */
export const mentionsConfigQuery: IqQuery<MentionsConfig, MentionsConfigInput, MentionsConfig, MentionsConfigInput> =
  /* @__PURE__ */ iqQuery('get', mentionsConfig, mentionsConfig);
/** §3.6: changes them, which only owners may. */
export const mentionsConfigChange: IqQuery<MentionsConfig, MentionsConfigInput, undefined, undefined | void> =
  /* @__PURE__ */ iqQuery('set', mentionsConfig);
