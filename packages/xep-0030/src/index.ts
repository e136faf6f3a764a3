/**
 * XEP-0030: Service Discovery. Asks what an entity is, what it can do and what belongs to it, and answers when asked.
 *
 * @packageDocumentation
 */
export { getDiscoInfo, getDiscoItems, hasFeature, hasIdentity } from './actions.ts';
export type { DiscoOptions } from './actions.ts';
export { disco } from './plugin.ts';
export type { DiscoAnswer, DiscoApi, DiscoEntity, DiscoQuestion } from './plugin.ts';
export {
  discoFeature,
  discoIdentity,
  discoInfo,
  discoInfoQuery,
  discoInfoRequest,
  discoItem,
  discoItems,
  discoItemsQuery,
  discoItemsRequest,
  NS_DISCO_INFO,
  NS_DISCO_ITEMS,
} from './schema.ts';
export type {
  DiscoIdentity,
  DiscoIdentityInput,
  DiscoInfo,
  DiscoInfoInput,
  DiscoInfoRequest,
  DiscoItem,
  DiscoItemInput,
  DiscoItems,
  DiscoItemsInput,
  DiscoItemsRequest,
  DiscoItemsRequestInput,
} from './schema.ts';
