/** XEP-0480 §2: the wish for an upgrade. */
export const NS_SASL_UPGRADE = 'urn:xmpp:sasl:upgrade:0';

/** XEP-0480 §3: what an upgrade of SCRAM exchanges. */
export const NS_SCRAM_UPGRADE = 'urn:xmpp:scram-upgrade:0';
