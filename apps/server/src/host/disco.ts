import type { Jid } from '@xeps/core/jid';
import type { DataFormInput } from '@xeps/xep-0004';
import type { DiscoIdentityInput } from '@xeps/xep-0030';

/** Something that belongs to an entity (§4). */
export interface DiscoEntry {
  readonly jid: Jid;
  readonly name?: string | undefined;
  readonly node?: string | undefined;
}

/** What an entity says of itself (XEP-0030 §3): collected from the modules that do it, asked for by whoever may. */
export interface DiscoSet {
  feature(...features: readonly string[]): void;
  identity(identity: DiscoIdentityInput): void;
  /** Adds a form (XEP-0128). */
  form(form: () => DataFormInput): void;
  /** Adds an item (§4). */
  item(item: () => DiscoEntry | undefined): void;
  readonly features: ReadonlySet<string>;
  readonly identities: readonly DiscoIdentityInput[];
  readonly forms: readonly (() => DataFormInput)[];
  readonly items: readonly (() => DiscoEntry | undefined)[];
}

/** Makes a set that says nothing yet. */
/* @__NO_SIDE_EFFECTS__ */
export function createDiscoSet(): DiscoSet {
  const features = new Set<string>();
  const identities: DiscoIdentityInput[] = [];
  const forms: (() => DataFormInput)[] = [];
  const items: DiscoSet['items'][number][] = [];
  return {
    feature: (...added) => added.forEach((feature) => features.add(feature)),
    identity: (identity) => void identities.push(identity),
    form: (form) => void forms.push(form),
    item: (item) => void items.push(item),
    features,
    identities,
    forms,
    items,
  };
}
