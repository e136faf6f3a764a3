/**
 * XEP-0077: In-Band Registration. Registers accounts and with services, changes passwords, and cancels registrations.
 *
 * @packageDocumentation
 */
export { cancelRegistration, changePassword, getRegistration, register } from './actions.ts';
export type { CancelOptions, PasswordOptions, RegistrationOptions } from './actions.ts';
export { answerRegistration, requestedFields } from './answer.ts';
export type { RegistrationEntries } from './answer.ts';
export { RegistrationError } from './errors.ts';
export type { RegistrationErrorDetails, RegistrationFault } from './errors.ts';
export {
  NS_REGISTER,
  NS_REGISTER_FEATURE,
  registerFeature,
  registerQuery,
  registration,
  registrationFields,
  registrationQuery,
} from './schema.ts';
export type { Registration, RegistrationField, RegistrationInput } from './schema.ts';
export { registerAccount } from './stream-module.ts';
export type { AccountRegistration } from './stream-module.ts';
