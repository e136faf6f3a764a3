/** `node tooling/servers/src/cli.ts get|start|doctor`: see the README beside it. */
import { parseArgs } from 'node:util';

import { getServers, type Installation, type Lane, type ServerKind, ServersUnavailableError, start } from './index.ts';
import { detectDebian, findOnPath } from './platform.ts';

const USAGE = `Real XMPP servers on loopback, for tests and by hand.

  get [--lane old]                           get Prosody and ejabberd into the cache
  start prosody|ejabberd|xeps [options]          start one; prints its addresses as a line of JSON, ends at Ctrl-C
    --lane old                               Prosody 0.12 or ejabberd 23.01
    --account USER:PASSWORD                  make an account (repeat for more)
    --dir FOLDER                             keep configuration, data and log there
    --upload-scheme https                    upload URLs over TLS
    --log-level debug
  doctor [--lane old]                        say what this machine has, start both servers and stop them
`;

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

function usage(problem: string): never {
  progress(`${problem}\n\n${USAGE}`);
  process.exit(64);
}

function oneOf<const T extends string>(name: string, value: string, allowed: readonly T[]): T {
  return allowed.find((one) => one === value) ?? usage(`--${name} is "${value}"; it may be ${allowed.join(' or ')}`);
}

/** Resolves at Ctrl-C or SIGTERM. */
function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Signals don't keep the event loop alive, and neither do servers.
    const timer = setInterval(() => {}, 1 << 30);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(timer);
        resolve();
      });
    }
  });
}

async function doctor(lane: Lane): Promise<void> {
  const debian = detectDebian();
  print({ check: 'debian', ...(debian ?? { found: false, instead: 'programs on the PATH' }) });
  for (const program of ['openssl', 'setpriv', 'prosody', 'ejabberdctl']) {
    print({ check: 'program', program, path: findOnPath(program) ?? null });
  }
  const before = performance.now();
  const installation = await getServers({ lane, log: progress });
  print({ check: 'get', source: installation.source, ms: Math.round(performance.now() - before) });
  for (const kind of ['prosody', 'ejabberd'] as const) await check(kind, lane, installation);
}

async function check(kind: ServerKind, lane: Lane, installation: Installation): Promise<void> {
  const before = performance.now();
  const server = await start(kind, { lane, installation });
  const ms = Math.round(performance.now() - before);
  await server.createAccount('doctor', 'secret');
  await server.stop();
  print({ check: 'start', kind, version: server.version, ms });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'lane': { type: 'string', default: 'current' },
      'account': { type: 'string', multiple: true, default: [] },
      'dir': { type: 'string' },
      'upload-scheme': { type: 'string', default: 'http' },
      'log-level': { type: 'string', default: 'info' },
      'help': { type: 'boolean', short: 'h' },
    },
  });
  const [command, kind = ''] = positionals;
  const lane = oneOf('lane', values.lane, ['current', 'old']);
  if (values.help === true) {
    process.stdout.write(USAGE);
  } else if (command === 'get') {
    const { source, prosody, ejabberd } = await getServers({ lane, log: progress });
    print({ lane, source, prosody: prosody.launcher, ejabberd: ejabberd.launcher });
  } else if (command === 'doctor') {
    await doctor(lane);
  } else if (command === 'start') {
    if (kind !== 'prosody' && kind !== 'ejabberd' && kind !== 'xeps') usage('start what? prosody, ejabberd or xeps');
    const accounts = values.account.map((text) => {
      const colon = text.indexOf(':');
      if (colon < 1) usage(`--account is "${text}"; it must be USER:PASSWORD`);
      return { user: text.slice(0, colon), password: text.slice(colon + 1) };
    });
    const installation = await getServers({ lane, log: progress });
    // From here on a signal must end the server in order; before, while packages are got, it simply ends this process.
    const interrupted = untilInterrupted();
    const server = await start(kind, {
      lane,
      installation,
      accounts,
      dir: values.dir,
      uploadScheme: oneOf('upload-scheme', values['upload-scheme'], ['http', 'https']),
      logLevel: oneOf('log-level', values['log-level'], ['info', 'debug']),
    });
    print(server);
    for (const { user, password } of accounts) print({ account: `${user}@${server.domain}`, password });
    await interrupted;
    await server.stop();
  } else {
    usage(command === undefined ? 'No command.' : `Unknown command "${command}".`);
  }
}

main().catch((error: unknown) => {
  // parseArgs' own errors
  if (String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')) usage((error as Error).message);
  if (error instanceof ServersUnavailableError) progress(error.message);
  else progress(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});
