#!/usr/bin/env node
import { main } from './cli.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time without closing anything.
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  });
}
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: ending.signal,
});
