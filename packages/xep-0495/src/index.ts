/**
 * XEP-0495: Happy Eyeballs. Tries the addresses of a server one after the other without waiting long for any of them, so
 * that one that is dead costs a quarter of a second. Without input, output or timers of its own.
 *
 * @packageDocumentation
 */
export { CONNECTION_ATTEMPT_DELAY, raceConnections, RESOLUTION_DELAY } from './race.ts';
export type { RaceClock, RaceOptions, Winner } from './race.ts';
export { interleaveAddresses } from './interleave.ts';
