import { newId, StanzaError } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { createElement } from './elements.ts';
import type { Outcome, StreamModule } from './module.ts';
import { NS_BIND, NS_CLIENT } from './namespaces.ts';
import { NegotiationError } from './stream-error.ts';

/** Resource binding, RFC 6120 §7. The server chooses a resource when none is asked for, which is the better choice. */
/* @__NO_SIDE_EFFECTS__ */
export function bind(options: { readonly resource?: string | undefined } = {}): StreamModule {
  return {
    name: 'bind',
    negotiate(features, stream) {
      if (!stream.authenticated || stream.jid !== undefined || features.getChild('bind', NS_BIND) === undefined)
        return 'skip';
      return (async (): Promise<Outcome> => {
        const id = newId();
        const request = createElement('bind', NS_BIND);
        if (options.resource !== undefined) request.c('resource', { xmlns: NS_BIND }).t(options.resource);
        stream.send(createElement('iq', NS_CLIENT, { type: 'set', id }, [request]));
        const answer = await stream.next((element) => element.name === 'iq' && element.attrs['id'] === id);
        if (answer.attrs['type'] !== 'result') {
          const { condition } = StanzaError.fromStanza(answer);
          throw new NegotiationError('bind', `${stream.domain} refused to bind a resource: ${condition}`, {
            retry: condition === 'resource-constraint' || condition === 'internal-server-error' ? 'again' : 'never',
          });
        }
        const text = answer.getChild('bind', NS_BIND)?.getChildText('jid') ?? '';
        const jid = tryParseJid(text);
        // §7.6.1: a full address, and nobody but the domain asked for can give it out.
        if (jid?.resource === undefined || jid.domain !== stream.domain) {
          throw new NegotiationError('bind', `${stream.domain} bound "${text}", which is no full address of its own`);
        }
        stream.setBound(jid);
        return 'done';
      })();
    },
  };
}
