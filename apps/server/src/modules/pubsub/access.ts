import { StanzaError } from '@xeps/core';
import type { ErrorCondition } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { pubsubCondition } from '@xeps/xep-0060';
import type { Affiliation, PubsubCondition } from '@xeps/xep-0060';
import type { RosterApi } from '../roster.ts';
import type { PubsubNode } from './nodes.ts';

/** An error with what the specification says beside its condition (§17.2). */
export function pubsubError(condition: ErrorCondition, application: PubsubCondition, text?: string): StanzaError {
  return new StanzaError(condition, { text, application: [pubsubCondition.encode(application)] });
}

/** §4.1: what somebody may do at a node. */
export function affiliationOf(node: PubsubNode, jid: Jid): Affiliation {
  return node.affiliations.get(String(jid.bare())) ?? 'none';
}

/** §4.5: whether somebody may read a node and be told of it. Throws what it is refused with. */
export function checkAccess(node: PubsubNode, jid: Jid, owner: Jid, contacts: RosterApi | undefined): void {
  const affiliation = affiliationOf(node, jid);
  if (affiliation === 'outcast' || affiliation === 'publish-only') throw new StanzaError('forbidden');
  if (affiliation !== 'none') return;
  switch (node.config.accessModel) {
    case 'open':
      return;
    case 'presence':
      if (contacts?.seesPresenceOf(owner, jid) === true) return;
      throw pubsubError('not-authorized', 'presence-subscription-required');
    case 'roster': {
      const groups = contacts?.contact(owner, jid)?.groups ?? [];
      if (groups.some((group) => node.config.rosterGroupsAllowed?.includes(group) === true)) return;
      throw pubsubError('not-authorized', 'not-in-roster-group');
    }
    case 'whitelist':
    case 'authorize':
      throw pubsubError('not-allowed', 'closed-node');
  }
}

/** Whether somebody may read a node, as an answer. */
export function mayRead(...input: Parameters<typeof checkAccess>): boolean {
  try {
    checkAccess(...input);
    return true;
  } catch {
    return false;
  }
}

/** §7.1.3.1: who may publish. */
export function checkPublisher(node: PubsubNode, jid: Jid): void {
  const affiliation = affiliationOf(node, jid);
  if (affiliation === 'outcast') throw new StanzaError('forbidden');
  if (['owner', 'publisher', 'publish-only'].includes(affiliation) || node.config.publishModel === 'open') return;
  const subscribed = node.subscribers.has(String(jid)) || node.subscribers.has(String(jid.bare()));
  if (node.config.publishModel === 'subscribers' && subscribed) return;
  throw new StanzaError('forbidden', { text: 'only publishers publish at this node' });
}

/** §8: what only owners may. */
export function checkOwner(node: PubsubNode, jid: Jid): void {
  if (affiliationOf(node, jid) !== 'owner')
    throw new StanzaError('forbidden', { text: 'only owners of the node may do that' });
}
