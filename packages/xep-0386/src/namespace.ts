/** XEP-0386 §6. */
export const NS_BIND2 = 'urn:xmpp:bind:0';
