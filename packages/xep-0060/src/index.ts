/**
 * XEP-0060: Publish-Subscribe. Publishes items at nodes, reads them with typed payloads, and tells what happens at a node.
 *
 * @packageDocumentation
 */
export {
  configureNode,
  createNode,
  deleteNode,
  getAffiliations,
  getItems,
  getItemsPage,
  getNodeConfiguration,
  getSubscriptions,
  publishItem,
  purgeNode,
  retractItems,
  subscribe,
  unsubscribe,
} from './actions.ts';
export type { ItemInput, ItemsOptions, ItemsPage, PublishItemOptions, SubscriberOptions } from './actions.ts';
export { NS_PUBSUB_ERRORS, pubsubCondition, pubsubConditionOf, pubsubUnsupported } from './errors.ts';
export type { PubsubCondition, PubsubUnsupported } from './errors.ts';
export { nodeEvents, pubsubNode, readItem } from './node.ts';
export type { NodeEvent, NodeItem, NodeName, NodeType } from './node.ts';
export { NS_NODE_CONFIG, nodeConfigFields, nodeConfigForm, publishOptionsForm } from './node-config.ts';
export type { NodeConfig, NodeConfigFields, NodeConfigInput } from './node-config.ts';
export {
  NS_PUBLISH_OPTIONS,
  NS_PUBSUB,
  NS_PUBSUB_EVENT,
  NS_PUBSUB_OWNER,
  pubsubAnswer,
  pubsubEvent,
  pubsubGetQuery,
  pubsubItem,
  pubsubOwner,
  pubsubOwnerGetQuery,
  pubsubOwnerSetQuery,
  pubsubRequest,
  pubsubSetQuery,
  pubsubSubscription,
} from './schema.ts';
export type {
  Affiliation,
  PubsubAffiliation,
  PubsubAffiliationInput,
  PubsubAnswer,
  PubsubAnswerInput,
  PubsubEvent,
  PubsubEventInput,
  PubsubItem,
  PubsubItemInput,
  PubsubOwner,
  PubsubOwnerInput,
  PubsubRequest,
  PubsubRequestInput,
  PubsubSubscription,
  PubsubSubscriptionInput,
  SubscriptionState,
} from './schema.ts';
