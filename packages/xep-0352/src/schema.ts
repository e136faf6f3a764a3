import { element, elementName } from '@xeps/core/schema';
import type { ElementSchema, Schema } from '@xeps/core/schema';

/** §4: the namespace of client state indication. */
export const NS_CSI = 'urn:xmpp:csi:0';

/** §4.1: `<csi/>`, by which a server says in its stream features that it wants to know. */
export const csiFeature: ElementSchema<object> = /* @__PURE__ */ element(NS_CSI, 'csi');

/** §4.2: `<active/>` and `<inactive/>`. */
export const csiState: Schema<'active' | 'inactive'> = /* @__PURE__ */ elementName(NS_CSI, ['active', 'inactive']);
