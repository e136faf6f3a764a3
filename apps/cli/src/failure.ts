/** The one place that says how an error ends the program: exit code, code for programs, message for people. */
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';

/** The command line is wrong; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'ERR_XEPS_USAGE';
}

/** What came in on standard input, or from a file, is wrong. The message says where. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly code = 'ERR_XEPS_DATA';
}

/** Why a command's signal was aborted: somebody wants the program to end. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  readonly code = 'ERR_XEPS_INTERRUPTED';
  readonly exitCode: ExitCode;

  constructor(exitCode: typeof exitCodes.interrupted | typeof exitCodes.terminated) {
    super('interrupted');
    this.exitCode = exitCode;
  }
}

/** Nobody reads standard output any more (`xeps … | head`): there is nothing left to do, and nothing to say. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
  readonly code = 'ERR_XEPS_OUTPUT_CLOSED';
}

/** How an error ends the program. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** Stable: the error's `ERR_…`. */
  readonly code: string;
  /** For people. Empty: the program ends without a word. */
  readonly message: string;
  /** The condition or reason that the protocol has for it, where there is one. */
  readonly condition?: string;
}

/** Exit codes by the errors' stable codes. What is not here is looked for in the error's cause. */
const exitCodeOf: Readonly<Record<string, ExitCode>> = {
  ERR_XEPS_USAGE: exitCodes.usage,
  ERR_XEPS_ACCOUNT: exitCodes.usage,
  ERR_XMPP_JID: exitCodes.usage,
  ERR_XMPP_SERVICE: exitCodes.usage,
  ERR_XEPS_DATA: exitCodes.data,
  ERR_XMPP_CODEC: exitCodes.data,
  ERR_XMPP_XML: exitCodes.data,
  ERR_XMPP_SASL: exitCodes.authentication,
  ERR_XMPP_CONNECTION: exitCodes.unreachable,
  ERR_XMPP_DISCONNECTED: exitCodes.unreachable,
  ERR_XMPP_NEGOTIATION: exitCodes.unreachable,
  ERR_XMPP_STREAM: exitCodes.refused,
  ERR_XMPP_STANZA: exitCodes.refused,
  ERR_XMPP_TIMEOUT: exitCodes.timeout,
  ERR_XEPS_NOT_DELIVERED: exitCodes.refused,
  // Messages that can't be spoken of so.
  ERR_XMPP_IM_MESSAGE: exitCodes.usage,
  ERR_XMPP_REACTION: exitCodes.usage,
  ERR_XMPP_STORE_BUSY: exitCodes.timeout,
  ERR_XMPP_STORE_VERSION: exitCodes.usage,
  ERR_XMPP_STORE_BROKEN: exitCodes.data,
  ERR_XMPP_STORE_FULL: exitCodes.data,
};

/** Stream errors that say something else than "refused" (RFC 6120 §4.9.3). */
const streamErrors: Readonly<Record<string, ExitCode>> = {
  'not-authorized': exitCodes.authentication,
  'connection-timeout': exitCodes.timeout,
  'host-gone': exitCodes.unreachable,
  'host-unknown': exitCodes.unreachable,
  'remote-connection-failed': exitCodes.unreachable,
  'system-shutdown': exitCodes.unreachable,
};

interface Coded {
  readonly message: string;
  readonly code: string;
  readonly condition?: unknown;
  readonly reason?: unknown;
  readonly cause?: unknown;
}

/** How `error`, which ended a command, ends the program. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OutputClosedError) return { exitCode: exitCodes.done, code: error.code, message: '' };
  if (error instanceof InterruptedError) return { exitCode: error.exitCode, code: error.code, message: '' };
  if (!isCoded(error)) return internal(error);
  const exitCode = codedExit(error);
  // The packages' own errors (an archive that leads in circles, an upload that is refused) are the other side's doing.
  if (exitCode === undefined && !error.code.startsWith('ERR_XMPP_')) return internal(error);
  const condition = error.condition ?? error.reason;
  return {
    exitCode: exitCode ?? exitCodes.refused,
    code: error.code,
    message: error.message,
    ...(typeof condition === 'string' && { condition }),
  };
}

function codedExit(error: unknown): ExitCode | undefined {
  // Errors that contain each other would go on for ever.
  for (let at = error, steps = 0; isCoded(at) && steps < 8; at = at.cause, steps++) {
    const code = Object.hasOwn(exitCodeOf, at.code) ? exitCodeOf[at.code] : undefined;
    if (code === undefined) continue;
    const { condition } = at;
    const special =
      at.code === 'ERR_XMPP_STREAM' && typeof condition === 'string' && Object.hasOwn(streamErrors, condition);
    return special ? streamErrors[condition] : code;
  }
  return undefined;
}

function isCoded(error: unknown): error is Coded {
  return error instanceof Error && typeof (error as { readonly code?: unknown }).code === 'string';
}

function internal(error: unknown): Failure {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exitCode: exitCodes.internal,
    code: 'ERR_XEPS_INTERNAL',
    message: `a fault in xeps itself: ${what} (XEPS_DEBUG=1 shows where)`,
  };
}
