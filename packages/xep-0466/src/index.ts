/**
 * XEP-0466: Ephemeral Messages. Messages that both sides discard some time after they were read.
 *
 * @packageDocumentation
 */
export { ephemeralMessages } from './plugin.ts';
export { ephemeral, NS_EPHEMERAL, wantOut } from './schema.ts';
export type { Ephemeral, EphemeralInput, WantOut } from './schema.ts';
export { createEphemeralTimer, expiresAt, timerOf } from './timer.ts';
export type { EphemeralTimer, EphemeralTimerEvents, EphemeralTimerOptions } from './timer.ts';
