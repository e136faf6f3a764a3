import { iqQuery } from '@xeps/core';
import type { IqQuery } from '@xeps/core';
import { child, childText, element, flag, optional } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';
import { dataForm } from '@xeps/xep-0004';
import { oobData } from '@xeps/xep-0066';

/** §3: the namespace of registration. */
export const NS_REGISTER = 'jabber:iq:register';
/** §8: the namespace in which a server says among the stream's features that accounts can be registered. */
export const NS_REGISTER_FEATURE = 'http://jabber.org/features/iq-register';

/** §14.1: the fields that may be asked for without a form, in the order of the specification. */
export const registrationFields = [
  'username',
  'nick',
  'password',
  'name',
  'first',
  'last',
  'email',
  'address',
  'city',
  'state',
  'zip',
  'phone',
  'url',
  'date',
  'misc',
  'text',
  'key',
] as const;
/** The name of one of {@link registrationFields}. */
export type RegistrationField = (typeof registrationFields)[number];

const $registration = /* @__PURE__ */ element(NS_REGISTER, 'query', {
  registered: flag(),
  instructions: optional(childText()),
  username: optional(childText()),
  nick: optional(childText()),
  password: optional(childText()),
  name: optional(childText()),
  first: optional(childText()),
  last: optional(childText()),
  email: optional(childText()),
  address: optional(childText()),
  city: optional(childText()),
  state: optional(childText()),
  zip: optional(childText()),
  phone: optional(childText()),
  url: optional(childText()),
  date: optional(childText()),
  misc: optional(childText()),
  text: optional(childText()),
  key: optional(childText()),
  remove: flag(),
  form: optional(child(dataForm)),
  oob: optional(child(oobData)),
});
/**
 * §3, §4, §5: what a registration asks for, is, or shall be. A field that is asked for is there and empty. `form` is asked
 * for or submitted in place of the fields (§4), `oob` is where to register instead (§5), `remove` cancels (§3.2).
 */
export interface Registration extends Infer<typeof $registration> {}
/** What encodes to a `<query/>`. */
export interface RegistrationInput extends InferInput<typeof $registration> {}
/** §3: `<query/>`. */
export const registration: ElementSchema<Registration, RegistrationInput> = $registration;

/** §3.1: asks what has to be said for a registration, and what is on file. */
export const registrationQuery: IqQuery<Registration, RegistrationInput, Registration, RegistrationInput> =
  /* @__PURE__ */ iqQuery('get', registration, registration);
/** §3.1–3.3: registers, changes or cancels a registration. */
export const registerQuery: IqQuery<Registration, RegistrationInput, undefined, undefined | void> =
  /* @__PURE__ */ iqQuery('set', registration);

/** §8: `<register/>` among the stream's features: accounts can be registered. */
export const registerFeature: ElementSchema<object> = /* @__PURE__ */ element(NS_REGISTER_FEATURE, 'register');
