/** RFC 6120 §4.8.1: the namespace of the stream element, its features and its errors. */
export const NS_STREAM = 'http://etherx.jabber.org/streams';
/** RFC 6120 §4.9.2: the namespace of stream error conditions. */
export const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
/** RFC 7395 §3.3: the namespace of `<open/>` and `<close/>` in WebSocket frames. */
export const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
/** RFC 6120 §5. */
export const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';
/** RFC 6120 §6. */
export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
/** RFC 6120 §7. */
export const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
/** RFC 6120 §8.3.3: the namespace of stanza error conditions, which nonzas use too. */
export const NS_STANZA_ERRORS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
/** RFC 6120 §4.8.2: the content namespace of client streams. */
export const NS_CLIENT = 'jabber:client';
