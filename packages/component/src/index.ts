/**
 * XEP-0114 external components: a session for a service that has an address of its own.
 *
 * @packageDocumentation
 */
export { createComponent } from './component.ts';
export type { Component, ComponentOptions } from './component.ts';
export { createComponentStream, handshakeDigest, NS_COMPONENT } from './component-stream.ts';
