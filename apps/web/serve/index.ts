/**
 * Builds the web client and serves it on this machine, for the demo and for tests.
 *
 * @packageDocumentation
 */
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import type { Plugin } from 'vite';

/** Somebody whom a page signs in by itself. */
export interface DemoPerson {
  readonly address: string;
  readonly password: string;
  /** Where the server's WebSocket is. */
  readonly service: string;
}

/** The web client, served. */
export interface ServedWeb {
  /** Where it is: on loopback, which browsers take for a secure context. */
  readonly url: string;
  /** A page that signs this person in and goes on to the client, for a demo: it has the password in it. */
  entrance(person: DemoPerson): string;
  close(): Promise<void>;
}

/** How it is served. */
export interface ServeOptions {
  /** A port; any that is free when left out. */
  readonly port?: number | undefined;
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Builds it into a folder of its own, and serves that until it is closed. */
export async function serveWeb({ port = 0 }: ServeOptions = {}): Promise<ServedWeb> {
  const folder = await mkdtemp(join(tmpdir(), 'xeps-web-'));
  const people = new Map<string, DemoPerson>();
  try {
    await buildForProduction(folder);
    const server = await preview({
      root,
      logLevel: 'warn',
      plugins: [entrances(people)],
      build: { outDir: folder },
      preview: { host: '127.0.0.1', port, strictPort: port !== 0, open: false },
    });
    const url = `http://localhost:${(server.httpServer.address() as AddressInfo).port}/`;
    return {
      url,
      entrance(person) {
        people.set(person.address, person);
        return `${url}enter/${encodeURIComponent(person.address)}`;
      },
      async close() {
        await server.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Whatever this process is: in a test run it is `test`, which would make a page for developers. */
async function buildForProduction(folder: string): Promise<void> {
  const { NODE_ENV: before } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}

/** A page for each person that puts into the browser what signing in would leave there. */
function entrances(people: ReadonlyMap<string, DemoPerson>): Plugin {
  return {
    name: 'entrances',
    configurePreviewServer(server) {
      server.middlewares.use('/enter/', (request, response, next) => {
        const person = people.get(decodeURIComponent((request.url ?? '').slice(1)));
        if (person === undefined) return next();
        const { address, password, service } = person;
        const entries = {
          'xeps-web profile': { address, service },
          [`xeps-web ${address}`]: { password },
        };
        const script = Object.entries(entries).map(
          ([name, value]) => `localStorage.setItem(${JSON.stringify(name)}, ${JSON.stringify(JSON.stringify(value))});`,
        );
        response
          .setHeader('content-type', 'text/html')
          .end(`<!doctype html><meta charset="utf-8"><script>${script.join('')}location.replace('/');</script>`);
      });
    },
  };
}
