import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { childText, element, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer } from '@xeps/core/schema';

/** §2: the namespace of software versions. */
export const NS_VERSION = 'jabber:iq:version';

/** §2: `<query/>` as a question, which has no content. */
export const versionRequest: ElementSchema<object> = /* @__PURE__ */ element(NS_VERSION, 'query');

const $version = /* @__PURE__ */ element(NS_VERSION, 'query', {
  name: childText(),
  version: childText(),
  os: optional(childText()),
});
/** §2: what software an entity is, and perhaps on which operating system. Meant for people: the texts follow no rules. */
export interface SoftwareVersion extends Infer<typeof $version> {}
/** §2: `<query/>` as an answer. */
export const softwareVersion: ElementSchema<SoftwareVersion> = $version;

/** §2: the question what software an entity is. */
export const versionQuery: IqQuery<object, object, SoftwareVersion, SoftwareVersion> = /* @__PURE__ */ iqQuery(
  'get',
  versionRequest,
  softwareVersion,
);
