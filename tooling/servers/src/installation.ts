/** What `getServers` gives back: how to run each server program, wherever it came from. */

/** `current`: Prosody 13 and ejabberd 24.12. `old`: Prosody 0.12 and ejabberd 23.01, where clients must still work. */
export type Lane = 'current' | 'old';

/** `xeps`: the embedded server of this repository, which has no old version. */
export type ServerKind = 'prosody' | 'ejabberd' | 'xeps';

/** A program, the arguments that come before one's own, and the environment it needs. */
export interface Launcher {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One server program. */
export interface ServerProgram {
  readonly launcher: Launcher;
  /**
   * Whether the launcher becomes the server (Lua's interpreter, Erlang's emulator) or is a shell script around it,
   * which wants its options in its own way.
   */
  readonly wrapper: boolean;
}

export interface Installation {
  readonly lane: Lane;
  /** `debian`: unpacked packages in the cache folder. `path`: programs that the system had. */
  readonly source: 'debian' | 'path';
  readonly prosody: ServerProgram;
  readonly ejabberd: ServerProgram;
  readonly openssl: Launcher;
}

/** Raised when no server can be got on this machine; the message says how to install them. */
export class ServersUnavailableError extends Error {
  override readonly name = 'ServersUnavailableError';
}
