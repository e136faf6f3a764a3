import { orderByWeight } from '@xeps/xep-0368';
import type { HostMetaLink } from './parse.ts';

/**
 * Orders links as RFC 2782 says (§2.1): in groups by priority, the lowest first; within a group at random, in proportion
 * to the weights. Which kinds are of use is the caller's to choose before (§2.2).
 *
 * @param random - gives numbers from 0 up to, not including, 1
 */
/* @__NO_SIDE_EFFECTS__ */
export function orderLinks<T extends HostMetaLink>(links: readonly T[], random: () => number = Math.random): T[][] {
  return orderByWeight(links, random);
}
