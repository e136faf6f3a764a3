import type { Host } from './host.ts';

/**
 * A feature of the server. Its `setup` runs once, when the server is made, and may answer requests, take part in the
 * host's hooks, add to streams and say in disco what it does. It gives back what other modules may ask of it.
 */
export interface ServerModule<Api = unknown> {
  /** Names it in `without`, and in messages; unique within a server. */
  readonly name: string;
  /** Sets it up; `use` gives another module's API, or undefined when the server was made without it. */
  readonly setup: (host: Host, use: UseModule) => Api;
}

/** Gives what an installed module offers; undefined when the server was made without it, or it comes later. */
export type UseModule = <Api>(module: ServerModule<Api>) => Api | undefined;

/** Makes a module. */
/* @__NO_SIDE_EFFECTS__ */
export function serverModule<Api>(module: ServerModule<Api>): ServerModule<Api> {
  return module;
}

/**
 * Installs modules in their order, without those that are named in `without`; gives what each offers. Throws when one is
 * named that is not there.
 */
export function installModules(host: Host, modules: readonly ServerModule[], without: readonly string[]): UseModule {
  const unknown = without.filter((name) => !modules.some((module) => module.name === name));
  if (unknown.length > 0) {
    const names = modules.map(({ name }) => name).join(', ');
    throw new Error(`there is no module ${unknown.join(', ')} to leave out; there are ${names}`);
  }
  const apis = new Map<string, unknown>();
  const use: UseModule = (module) => apis.get(module.name) as never;
  for (const { name, setup } of modules) {
    if (without.includes(name)) continue;
    apis.set(name, setup(host, use));
  }
  return use;
}
