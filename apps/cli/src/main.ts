/** The program without its process: the command line read, a command run, an exit code given. */
import type { Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { failureOf, UsageError } from './failure.ts';
import { createOutput, errorText } from './output.ts';
import type { OutputStreams } from './output.ts';
import { programVersion } from './version.ts';
import { visible } from './visible.ts';

/** What the program has of the world. */
export interface System extends OutputStreams {
  readonly stdin: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted, with an `InterruptedError` or `OutputClosedError` as its reason, when the program has to end. */
  readonly signal: AbortSignal;
}

const exitHelp = `
Exit codes:
  0  done                 4  refused by the other side
  1  a fault in xeps      5  no answer in time
  2  sign-in failed      64  wrong command line
  3  no connection       65  wrong input data

xeps COMMAND --help shows a command's options with examples.`;

/** Runs the command line `argv` (without the program's name). Never throws. */
export async function main(argv: readonly string[], system: System): Promise<ExitCode> {
  try {
    await createProgram(system).parseAsync(argv, { from: 'user' });
    // A command that closed what it had open and returned was interrupted all the same.
    system.signal.throwIfAborted();
    return exitCodes.done;
  } catch (error) {
    return report(system.signal.aborted ? system.signal.reason : error, argv, system);
  }
}

function createProgram(system: System): Command {
  const { stdin: input, stdout, stderr, environment, signal } = system;
  const program = new Command('xeps');
  program
    .description('XMPP on the command line')
    .version(programVersion(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .addHelpText('after', exitHelp)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // Told by `report`.
      outputError: () => undefined,
      getOutHelpWidth: () => stdout.columns || 80,
      getErrHelpWidth: () => stderr.columns || 80,
    });
  for (const register of commands) {
    register(program, (args, options, run) => {
      const output = createOutput(system, (options as { readonly json?: boolean }).json === true);
      return run({ args, options: options as never, output, input, environment, signal });
    });
  }
  return program;
}

/** Tells the error on standard error: `xeps: …`, or with `--json` as a line `{"error":{"code","message","condition"?}}`. */
function report(thrown: unknown, argv: readonly string[], { stderr, environment }: System): ExitCode {
  if (thrown instanceof CommanderError && (thrown.exitCode === 0 || thrown.code === 'commander.help')) {
    // Help that was asked for; `xeps` alone has shown it on standard error.
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  const error = thrown instanceof CommanderError ? usageError(thrown) : thrown;
  if (environment['XEPS_DEBUG'] === '1' && error instanceof Error) stderr.write(`${visible(error.stack ?? '')}\n`);
  const { exitCode, message } = failureOf(error);
  if (message === '') return exitCode;
  const end = argv.indexOf('--');
  const json = (end === -1 ? argv : argv.slice(0, end)).includes('--json');
  stderr.write(errorText(error, json));
  return exitCode;
}

function usageError({ message }: CommanderError): UsageError {
  const [what = '', ...hint] = message.replace(/^error: /, '').split('\n');
  return new UsageError(`${what}${hint.length > 0 ? ` ${hint.join(' ')}` : '. See xeps --help'}`);
}
