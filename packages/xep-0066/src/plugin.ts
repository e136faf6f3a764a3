import { definePlugin, StanzaError } from '@xeps/core';
import type { Plugin, RequestContext } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { NS_OOB, NS_OOB_OFFER, oobOfferQuery } from './schema.ts';
import type { OobOffer } from './schema.ts';

/** What takes the files that others offer. */
export interface OobApi {
  /**
   * Takes offers (§2), and advertises that (§4). `fetch` resolves with true when the whole file was fetched and with false
   * to refuse it; what it throws tells the other side that the file can't be had. Whoever sends an offer chooses the
   * address: fetch only schemes that you know, from nobody whom the user does not know.
   */
  acceptOffers(fetch: (offer: OobOffer, context: RequestContext) => Promise<boolean>): Disposable;
}

/** Advertises that addresses in messages are read (§4), and takes offers where the application says so. */
export const oob: Plugin<OobApi> = /* @__PURE__ */ definePlugin({
  name: 'oob',
  requires: { disco },
  setup(session, requirements): OobApi {
    requirements.disco.addFeature(NS_OOB);
    return {
      acceptOffers(fetch) {
        const handling = session.handle(oobOfferQuery, async (offer, context) => {
          const taken = await fetch(offer, context).catch((error: unknown) => {
            if (error instanceof StanzaError) throw error;
            throw new StanzaError('item-not-found');
          });
          if (!taken) throw new StanzaError('not-acceptable');
        });
        const feature = requirements.disco.addFeature(NS_OOB_OFFER);
        return {
          [Symbol.dispose]() {
            feature[Symbol.dispose]();
            handling[Symbol.dispose]();
          },
        };
      },
    };
  },
});
