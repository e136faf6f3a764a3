/**
 * XEP-0245: The /me Command. Tells what somebody does from what somebody says.
 *
 * @packageDocumentation
 */
export { meAction, showMeAction } from './me-command.ts';
