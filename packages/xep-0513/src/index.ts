/**
 * XEP-0513: Explicit Mentions. Mentions people and groups in messages, and tells whom a message may notify.
 *
 * @packageDocumentation
 */
export { isMentioned, mentionAt, mentionsOf } from './mentions.ts';
export type { Mention, Mentionable, MentionContext, OccupantRole } from './mentions.ts';
export {
  getMentionPermissions,
  mentionPermissionsChange,
  readMentionPermissions,
  setMentionPermissions,
} from './permissions.ts';
export type { MentionPermissions, MentionRight } from './permissions.ts';
export { mentions } from './plugin.ts';
export type { MentionFeature, MentionsApi } from './plugin.ts';
export { mention, mentionsConfig, mentionsConfigChange, mentionsConfigQuery, NS_MENTIONS } from './schema.ts';
export type { MentionElement, MentionGroup, MentionInput, MentionsConfig, MentionsConfigInput } from './schema.ts';
