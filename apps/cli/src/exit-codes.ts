/** What the exit code of `xeps` says. 64 and 65 are those of sysexits.h. */
export const exitCodes = {
  done: 0,
  /** A fault of `xeps` itself. */
  internal: 1,
  /** Signing in failed. */
  authentication: 2,
  /** No connection: no such domain, nobody listens, the certificate is wrong, the connection was lost for good. */
  unreachable: 3,
  /** The other side answered with an error. */
  refused: 4,
  /** No answer in time. */
  timeout: 5,
  /** The command line is wrong. */
  usage: 64,
  /** What was read from standard input is wrong. */
  data: 65,
  /** Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** Ended by SIGTERM (128 + SIGTERM). */
  terminated: 143,
} as const;

/** An exit code of `xeps`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
