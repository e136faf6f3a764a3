import type { RequestOptions, Session } from '@xeps/core';
import { discoInfoQuery, discoItemsQuery, NS_DISCO_INFO } from './schema.ts';
import type { DiscoInfo, DiscoItems } from './schema.ts';

/** Whom and what to ask. */
export interface DiscoOptions extends RequestOptions {
  /** A node of the entity instead of the entity itself (§3.2, §4.2). */
  readonly node?: string | undefined;
}

/**
 * Asks an entity what it is and can do (§3); the own server about the account when `to` is left out.
 *
 * Contacts whose presence comes in are better asked through XEP-0115 (§6.1). Rejects as `session.request` does;
 * `item-not-found` and `service-unavailable` (§7) both may mean that there is no such entity.
 */
export function getDiscoInfo(session: Session, options: DiscoOptions = {}): Promise<DiscoInfo> {
  const { node } = options;
  return session.request(discoInfoQuery, node === undefined ? {} : { node }, options);
}

/**
 * Asks an entity for its items (§4) as it lists them: all of them in one answer, unless the entity cuts the list short.
 * Long lists are read page by page with XEP-0059, whose element goes into the request's `rest`.
 */
export function getDiscoItems(session: Session, options: DiscoOptions = {}): Promise<DiscoItems> {
  const { node } = options;
  return session.request(discoItemsQuery, node === undefined ? {} : { node }, options);
}

/** Whether an entity has a feature. Whoever answered knows service discovery, also if the answer does not list it (§3.1). */
export function hasFeature(info: Pick<DiscoInfo, 'features'>, feature: string): boolean {
  return feature === NS_DISCO_INFO || info.features.includes(feature);
}

/** Whether an entity is of a category, and of a type of it when one is given. */
export function hasIdentity(info: Pick<DiscoInfo, 'identities'>, category: string, type?: string): boolean {
  return info.identities.some(
    (identity) => identity.category === category && (type === undefined || identity.type === type),
  );
}
