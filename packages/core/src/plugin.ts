import type { Session } from './session.ts';

/**
 * An extension with state, or with something that it answers: what lives as long as the session.
 * Extensions without either are plain functions that take a session.
 */
export interface Plugin<Api> {
  /** Identifies it within a session, also across two installed copies of its package. */
  readonly name: string;
  /** Installs what it needs, then itself. */
  readonly install: (session: Session) => Api;
}

/** The plugins that one needs, by the names it wants to call them. */
export type Requirements = Readonly<Record<string, Plugin<unknown>>>;
/** The API of a plugin. */
export type ApiOf<P extends Plugin<unknown>> = P extends Plugin<infer Api> ? Api : never;

/** How a plugin is written down. */
export interface PluginDefinition<Api, R extends Requirements> {
  readonly name: string;
  /** Plugins that it talks to, as values; installed before it, once a session. */
  readonly requires?: R;
  /** Runs once a session. Ends what it began when `session.signal` aborts. */
  readonly setup: (session: Session, requirements: { readonly [K in keyof R]: ApiOf<R[K]> }) => Api;
}

/**
 * Makes a plugin, to be installed with `session.use(plugin)`.
 *
 * @example
 * ```ts
 * import { definePlugin } from '@xeps/core';
 *
 * export const counter = definePlugin({
 *   name: 'counter',
 *   setup(session) {
 *     let count = 0;
 *     session.on('message', () => void count++);
 *     return { count: () => count };
 *   },
 * });
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export function definePlugin<Api, const R extends Requirements = Record<never, never>>(
  definition: PluginDefinition<Api, R>,
): Plugin<Api> {
  return {
    name: definition.name,
    install(session) {
      const apis = Object.entries(definition.requires ?? {}).map(([key, plugin]) => [key, session.use(plugin)]);
      return definition.setup(session, Object.fromEntries(apis) as { readonly [K in keyof R]: ApiOf<R[K]> });
    },
  };
}
