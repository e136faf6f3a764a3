import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { element } from '@xeps/core/schema';
import type { ElementSchema } from '@xeps/core/schema';

/** §4: the namespace of pings. */
export const NS_PING = 'urn:xmpp:ping';

/** §4: `<ping/>`, which has no content. */
export const pingRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_PING, 'ping');

/** §4: asked with an empty `<ping/>`, answered with an empty result. */
export const pingQuery: IqQuery<object, object, undefined, undefined | void> = /* @__PURE__ */ iqQuery(
  'get',
  pingRequest,
);
