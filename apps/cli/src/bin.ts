#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts';
import { InterruptedError, OutputClosedError } from './failure.ts';
import { main } from './main.ts';
import { isClosed } from './output.ts';

const ending = new AbortController();

function stop(exitCode: typeof exitCodes.interrupted | typeof exitCodes.terminated): void {
  // The second time without closing anything.
  if (ending.signal.aborted) process.exit(exitCode);
  ending.abort(new InterruptedError(exitCode));
}
process.on('SIGINT', () => stop(exitCodes.interrupted));
process.on('SIGTERM', () => stop(exitCodes.terminated));

process.stdout.on('error', (error) => {
  ending.abort(isClosed(error) ? new OutputClosedError('standard output is closed') : error);
});
// There is nowhere to tell it.
process.stderr.on('error', () => undefined);

const { stdin, stdout, stderr, env: environment } = process;
const exitCode = await main(process.argv.slice(2), { stdin, stdout, stderr, environment, signal: ending.signal });
// What was written must be out before the end; standard input that is still open would keep the process.
await new Promise<void>((resolve) => void (stdout.destroyed ? resolve() : stdout.write('', () => resolve())));
process.exit(exitCode);
