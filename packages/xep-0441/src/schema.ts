import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { attr, child, childTexts, element, jid, mapped, oneOf, optional } from '@xeps/core/schema';
import type { ElementSchema, Schema } from '@xeps/core/schema';
import type { Jid } from '@xeps/core/jid';
import { NS_MAM } from '@xeps/xep-0313';

/** §2.2: the node of the ad-hoc command for what these preferences can't say, where a server has one. */
export const NS_MAM_CONFIGURE = 'urn:xmpp:mam#configure';

/** §2.1.1: whether messages are archived that no list names; `roster`: those with contacts on the roster. */
export type ArchiveDefault = 'always' | 'never' | 'roster';

/** §2.1: what a server archives. A listed bare address stands for all its resources, a full one for itself (§2.3.1). */
export interface ArchivePreferences {
  /** §2.1.1: for addresses in neither list. */
  readonly default: ArchiveDefault;
  /** §2.1.2: always archived. */
  readonly always: readonly Jid[];
  /** §2.1.3: never archived. */
  readonly never: readonly Jid[];
}
/** {@link ArchivePreferences} for encoding; a list left out is empty. */
export interface ArchivePreferencesInput {
  readonly default: ArchiveDefault;
  readonly always?: readonly Jid[] | undefined;
  readonly never?: readonly Jid[] | undefined;
}

const list = { jids: /* @__PURE__ */ childTexts('jid', jid) };

/** §2.1: `<prefs/>` with its two lists. */
export const archivePreferences: Schema<ArchivePreferences, ArchivePreferencesInput> = /* @__PURE__ */ mapped(
  element(NS_MAM, 'prefs', {
    default: attr(oneOf('always', 'never', 'roster')),
    always: optional(child(element(NS_MAM, 'always', list))),
    never: optional(child(element(NS_MAM, 'never', list))),
  }),
  ({ default: otherwise, always, never }): ArchivePreferences => ({
    default: otherwise,
    always: always?.jids ?? [],
    never: never?.jids ?? [],
  }),
  // Both lists are there even when they are empty.
  ({ default: otherwise, always = [], never = [] }: ArchivePreferencesInput) => ({
    default: otherwise,
    always: { jids: always },
    never: { jids: never },
  }),
);

/** §2.1: `<prefs/>` as a question, which has no content. */
export const archivePreferencesRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_MAM, 'prefs');

/** §2.1: asks for the preferences. */
export const getPreferencesQuery: IqQuery<object, object, ArchivePreferences, ArchivePreferencesInput> =
  /* @__PURE__ */ iqQuery('get', archivePreferencesRequest, archivePreferences);

/** §2.1: sets them; answered with those that the server applied. */
export const setPreferencesQuery: IqQuery<
  ArchivePreferences,
  ArchivePreferencesInput,
  ArchivePreferences,
  ArchivePreferencesInput
> = /* @__PURE__ */ iqQuery('set', archivePreferences, archivePreferences);
