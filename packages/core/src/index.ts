/**
 * The core that every package stands on: the tree type, sessions, requests, plugins and errors.
 *
 * Schemas are in `@xeps/core/schema`, addresses in `@xeps/core/jid`, reading and writing XML in `@xeps/core/xml`, what
 * tests need in `@xeps/core/testing`.
 *
 * @packageDocumentation
 */
export { createSession, newId } from './create-session.ts';
export type { SessionControl, SessionInit } from './create-session.ts';
export { childElements, Element } from './element.ts';
export type { Node } from './element.ts';
export { createEmitter, disposable } from './emitter.ts';
export type { Emitter, ListenOptions } from './emitter.ts';
export { DisconnectedError, TimeoutError, XmppError } from './errors.ts';
export { iqQuery } from './iq.ts';
export type { IqQuery } from './iq.ts';
export { contentNamespace, namespaceOf, NS_CLIENT } from './namespace.ts';
export { definePlugin } from './plugin.ts';
export type { ApiOf, Plugin, PluginDefinition, Requirements } from './plugin.ts';
export { isFromOwnAccount, whenOnline } from './session.ts';
export type {
  BindFeature,
  Delivery,
  RequestContext,
  RequestOptions,
  SendOptions,
  Session,
  SessionEvents,
} from './session.ts';
export { isStanzaError, NS_STANZAS, StanzaError } from './stanza-error.ts';
export type { ErrorCondition, ErrorType, StanzaErrorInit } from './stanza-error.ts';
