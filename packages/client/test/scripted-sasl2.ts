/** What a server with SASL2, Bind 2, stream management and FAST says. */
import { createHmac } from 'node:crypto';

export const ns = {
  sasl2: 'urn:xmpp:sasl:2',
  bind: 'urn:xmpp:bind:0',
  sm: 'urn:xmpp:sm:3',
  fast: 'urn:xmpp:fast:0',
};
/** What Bind 2 and resumption are offered by. */
export const inline = `<bind xmlns='${ns.bind}'><inline><feature var='${ns.sm}'/></inline></bind><sm xmlns='${ns.sm}'/>`;
export const fast = `<fast xmlns='${ns.fast}'><mechanism>HT-SHA-256-NONE</mechanism></fast>`;

export const sasl2Features = (offered = inline): string =>
  `<stream:features><authentication xmlns='${ns.sasl2}'><mechanism>PLAIN</mechanism>` +
  `<inline>${offered}</inline></authentication></stream:features>`;
export const sasl2Success = (content: string, jid = 'juliet@localhost/chosen'): string =>
  `<success xmlns='${ns.sasl2}'><authorization-identifier>${jid}</authorization-identifier>${content}</success>`;
export const bound = (content: string): string => `<bound xmlns='${ns.bind}'>${content}</bound>`;
export const enabled = (id: string): string => `<enabled xmlns='${ns.sm}' id='${id}' resume='true'/>`;
export const failed = (condition: string): string =>
  `<failed xmlns='${ns.sm}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`;
export const token = (secret: string, expiry = '2999-01-01T00:00:00Z'): string =>
  `<token xmlns='${ns.fast}' token='${secret}' expiry='${expiry}'/>`;

const hmac = (secret: string, who: string): Buffer => createHmac('sha256', secret).update(who).digest();
/** What proves that the server knows the token. */
export const tokenProof = (secret: string): string =>
  `<additional-data>${hmac(secret, 'Responder').toString('base64')}</additional-data>`;
/** What a client says that signs in as juliet by HT-SHA-256-NONE. */
export const tokenResponse = (secret: string): string =>
  Buffer.concat([Buffer.from('juliet\0'), hmac(secret, 'Initiator')]).toString('base64');
