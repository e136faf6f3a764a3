/**
 * XMPP streams without sockets: bytes and text in, text and events out (RFC 6120, RFC 7395).
 *
 * `createXmlStream` is one stream in the client's or the server's role. `createClientStream` signs in on one with
 * modules: `starttls()`, `sasl()`, `bind()` and those of other packages.
 *
 * @packageDocumentation
 */
export { createXmlStream } from './xml-stream.ts';
export type { XmlStream, XmlStreamOptions, XmlStreamPort, XmlStreamState } from './xml-stream.ts';
export { createClientStream } from './client-stream.ts';
export type { ClientStream, ClientStreamOptions, ClientStreamPort, ClientStreamState } from './client-stream.ts';
export type {
  InlineFeature,
  InlineOffer,
  Outcome,
  Receipt,
  StreamContext,
  StreamModule,
  TlsChannel,
} from './module.ts';
export { starttls } from './starttls.ts';
export { sasl } from './sasl-module.ts';
export { selectMechanism } from './sasl-guard.ts';
export type { SaslChoice, SaslGuard, SaslOffer, SaslOptions } from './sasl-guard.ts';
export { decodeSaslData, decodeSaslFailure } from './sasl-failure.ts';
export { bind } from './bind.ts';
export { encodeStanza, isStanzaKind } from './encoded-stanza.ts';
export type { EncodedStanza, StanzaKind } from './encoded-stanza.ts';
export { tcpFraming, websocketFraming } from './framing.ts';
export type { Framing, FramingFactory, FramingHandlers, FramingOptions } from './framing.ts';
export { decodeHeader, headerFault } from './header.ts';
export type { StreamHeader } from './header.ts';
export { decodeStreamError, encodeStreamError, NegotiationError, StreamError } from './stream-error.ts';
export type { NegotiationReason, Retry, StreamErrorCondition, StreamErrorOptions } from './stream-error.ts';
export { childElements, createElement } from './elements.ts';
export {
  NS_BIND,
  NS_CLIENT,
  NS_FRAMING,
  NS_SASL,
  NS_STANZA_ERRORS,
  NS_STREAM,
  NS_STREAM_ERRORS,
  NS_TLS,
} from './namespaces.ts';

export {
  anonymous,
  chooseMechanism,
  deriveScramKeys,
  digest,
  external,
  fromBase64,
  isSaslFailureCondition,
  memoryScramKeyCache,
  plain,
  SaslError,
  saslprep,
  scram,
  equalBytes,
  hmac,
  saltedPassword,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  scramSha512,
  scramSha512Plus,
  toBase64,
  utf8,
} from './sasl/index.ts';
export type {
  ChannelBinding,
  SaslCondition,
  SaslContext,
  SaslCredentials,
  SaslFailureCondition,
  SaslMechanism,
  SaslMechanismFactory,
  ScramCheck,
  ScramHash,
  ScramKeyCache,
  ScramKeys,
  ScramOptions,
} from './sasl/index.ts';
