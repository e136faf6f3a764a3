/** Arguments and options that several commands have. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { parseDateTime } from '@xeps/core/schema';
import { parseJid } from '@xeps/core/jid';

/** Adds the options that say which account to use and how to reach its server. */
export function accountOptions(command: Command): Command {
  return command
    .option('--jid <address>', 'the account: user@example.org, or user@example.org/resource')
    .option('--password-command <command>', 'a command whose first line of output is the password')
    .option('--config <file>', 'configuration file (mode 0600) instead of ~/.config/xeps/config.json')
    .option('--service <url>', 'connect there: xmpp://host:port (STARTTLS), xmpps://host:port, ws:// or wss:// URL')
    .option('--ca <file>', 'trust the authorities in this PEM file, and no others')
    .option('--resource <name>', 'ask for this resource instead of a random one')
    .option('--no-store', 'keep nothing on this machine to sign in with, and use nothing that is kept');
}

/** Adds `--timeout`, for commands that wait for answers. */
export function timeoutOption(command: Command): Command {
  return command.option('--timeout <seconds>', 'how long an answer may take (default: 30)', seconds);
}

/** Reads an address; the usage is wrong when it is none. */
export function address(text: string): string {
  try {
    return parseJid(text).toString();
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Reads a number of things, from 1. */
export function count(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

/** Reads seconds, perhaps with a fraction. */
export function seconds(text: string): number {
  const value = /^\d{1,6}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected seconds, such as 30 or 0.5.');
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Reads a point in time: `2026-05-01`, `2026-05-01T10:00:00Z`, or how long ago: `90m`, `12h`, `7d`, `2w`. */
export function time(text: string, now: number = Date.now()): Date {
  const [, amount, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return new Date(now - Number(amount) * units[unit]!);
  try {
    return parseDateTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  } catch {
    throw new InvalidArgumentError('Expected a time such as 2026-05-01, 2026-05-01T10:00:00Z, 12h or 7d (ago).');
  }
}
