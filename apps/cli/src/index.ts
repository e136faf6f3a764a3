/**
 * XMPP on the command line: the program `xeps`, to be started by another one.
 *
 * @packageDocumentation
 */
export { exitCodes } from './exit-codes.ts';
export type { ExitCode } from './exit-codes.ts';
export { main } from './main.ts';
export type { System } from './main.ts';
export type { OutputStreams, TerminalStream } from './output.ts';
