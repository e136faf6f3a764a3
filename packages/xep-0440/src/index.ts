/**
 * XEP-0440 SASL Channel-Binding Type Capability: the client binds signing in to its TLS channel in the strongest way
 * that both sides know, so that nobody in between can relay it, and notices when somebody changed what the server offers.
 *
 * @packageDocumentation
 */
export { channelBindings, decodeChannelBindings, NS_SASL_CB } from './channel-bindings.ts';
