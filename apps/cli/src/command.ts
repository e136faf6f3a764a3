/** What a command of `xeps` is. */
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Output } from './output.ts';

/** What a command gets when it runs. */
export interface CommandContext<Options> {
  /** The arguments, in order; commander has seen to those that must be there. */
  readonly args: readonly string[];
  readonly options: Options;
  readonly output: Output;
  /** Standard input. */
  readonly input: Readable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * Aborted by Ctrl-C, by SIGTERM, and when nobody reads the output any more. A command then closes what it has open and
   * returns, or throws the signal's reason.
   */
  readonly signal: AbortSignal;
}

/** A command: one value in a file of its own, listed in `commands/index.ts`. */
export interface CommandDefinition<Options extends object> {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Further paragraphs for `--help`. */
  readonly description?: readonly string[];
  /** Command lines with what they do, for `--help`. */
  readonly examples: ReadonlyArray<readonly [commandLine: string, meaning: string]>;
  /** Declares arguments and options; `--json` and `--help` are there already. */
  setup?(command: Command): void;
  /** Does the work. What it throws decides the exit code (`failure.ts`). */
  run(context: CommandContext<Options>): Promise<void>;
}

/** A command, ready to be added to the program. */
export type Register = (program: Command, execute: Execute) => void;

/** Makes one command of several, such as `xeps clients list`; without one of them it shows its help. */
export function defineGroup(name: string, summary: string, commands: readonly Register[]): Register {
  return (program, execute) => {
    const group = program.command(name).summary(summary).description(summary);
    for (const register of commands) register(group, execute);
  };
}

/** Runs a command with what the command line says. */
export type Execute = (
  args: readonly string[],
  options: object,
  run: (context: CommandContext<never>) => Promise<void>,
) => Promise<void>;

/** Makes a command from its definition. */
export function defineCommand<Options extends object = object>(definition: CommandDefinition<Options>): Register {
  const { name, summary, description = [], examples, setup, run } = definition;
  return (program, execute) => {
    const command = program
      .command(name)
      .summary(summary)
      .description([summary, ...description].join('\n\n'));
    setup?.(command);
    command.option('--json', 'write JSON Lines, and errors as JSON').allowExcessArguments(false);
    const width = Math.max(...examples.map(([line]) => line.length));
    const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  # ${meaning}`);
    command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
    command.action(() =>
      execute(command.args, command.opts(), run as (context: CommandContext<never>) => Promise<void>),
    );
  };
}
