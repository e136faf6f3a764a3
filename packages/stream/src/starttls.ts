import { createElement } from './elements.ts';
import type { Outcome, StreamModule } from './module.ts';
import { NS_TLS } from './namespaces.ts';
import { NegotiationError } from './stream-error.ts';

/** STARTTLS, RFC 6120 §5. Bytes behind `<proceed/>` are discarded (§5.4.3.3). */
/* @__NO_SIDE_EFFECTS__ */
export function starttls(): StreamModule {
  return {
    name: 'starttls',
    securing: true,
    boundary: (element) => (element.is('proceed', NS_TLS) ? 'discard' : undefined),
    negotiate(features, stream) {
      if (stream.secure || features.getChild('starttls', NS_TLS) === undefined) return 'skip';
      return (async (): Promise<Outcome> => {
        stream.send(createElement('starttls', NS_TLS));
        const answer = await stream.next((element) => element.getNS() === NS_TLS);
        if (answer.name !== 'proceed')
          throw new NegotiationError('tls-refused', `${stream.domain} refused STARTTLS`, { retry: 'again' });
        await stream.startTls();
        return 'restart';
      })();
    },
  };
}
