import type { Element } from '@xeps/core';
import { childElements } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { createElement, NegotiationError } from '@xeps/stream';
import type { InlineFeature, InlineOffer } from '@xeps/stream';
import { NS_SASL2 } from '@xeps/xep-0388';
import { NS_BIND2 } from './namespace.ts';

/** What to bind, and what to enable with it. */
export interface Bind2Options {
  /** Names the software; the server makes it part of the resource, which others can see (§3.2). */
  readonly tag?: string | undefined;
  /** Features to enable with the binding, §3.1. They are told the answers once the address is bound. */
  readonly inline?: readonly InlineFeature[] | undefined;
  /** An address was bound; the element may hold more, such as what the archive's ends are (§3.2). */
  readonly onBound?: ((bound: Element) => void) | undefined;
}

/** Binding as part of signing in, §3. For the `inline` of `sasl2`, after what may resume a session instead. */
/* @__NO_SIDE_EFFECTS__ */
export function bind2(options: Bind2Options = {}): InlineFeature {
  let asked: InlineFeature[] = [];
  return {
    name: 'bind2',
    async request(offer, stream) {
      const bind = offer.get(NS_BIND2);
      if (bind === undefined) return undefined;
      const features = bind.getChild('inline', NS_BIND2)?.getChildren('feature', NS_BIND2) ?? [];
      const inner: InlineOffer = { get: (xmlns) => features.find((feature) => feature.attrs['var'] === xmlns) };
      const request = createElement('bind', NS_BIND2);
      if (options.tag !== undefined) request.cnode(createElement('tag', NS_BIND2, {}, [options.tag]));
      asked = [];
      for (const feature of options.inline ?? []) {
        const element = await feature.request(inner, stream);
        if (element === undefined) continue;
        request.cnode(element);
        asked.push(feature);
      }
      return request;
    },
    answered(success, stream) {
      // §3.2: a session that was resumed is bound already, and the request was ignored.
      if (stream.jid !== undefined) return;
      const bound = success.getChild('bound', NS_BIND2);
      if (bound === undefined) throw refusal(success, stream.domain);
      const text = success.getChildText('authorization-identifier', NS_SASL2)?.trim() ?? '';
      const jid = tryParseJid(text);
      if (jid?.resource === undefined) {
        throw new NegotiationError('bind', `${stream.domain} bound "${text}", which is no full address`);
      }
      stream.setBound(jid);
      for (const feature of asked) feature.answered(bound, stream);
      options.onBound?.(bound);
    },
  };
}

/** The specification has no way to refuse; servers say `<failed/>` with a stanza error in it. */
function refusal(success: Element, domain: string): NegotiationError {
  const error = success.getChild('failed', NS_BIND2)?.getChild('error');
  const condition = error && childElements(error).find(({ name }) => name !== 'text')?.name;
  return new NegotiationError('bind', `${domain} did not bind an address: ${condition ?? 'it gave no reason'}`, {
    retry: condition === 'resource-constraint' || condition === 'internal-server-error' ? 'again' : 'never',
  });
}
