/** A listener of a hook. One that answers true has dealt with it: the rest is not asked. */
export type HookListener<Event> = (event: Event) => boolean | undefined | void;

/** Points at which modules take part, in the order in which they were installed. */
export interface Hooks<Events extends object> {
  on<K extends keyof Events>(name: K, listener: HookListener<Events[K]>): void;
  /**
   * Asks the listeners until one has dealt with it; whether one has. What they throw goes through to the caller: a
   * `StanzaError` refuses the stanza.
   */
  run<K extends keyof Events>(name: K, event: Events[K]): boolean;
}

/** Makes hooks without listeners. */
/* @__NO_SIDE_EFFECTS__ */
export function createHooks<Events extends object>(): Hooks<Events> {
  const listeners = new Map<keyof Events, HookListener<never>[]>();
  return {
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    run(name, event) {
      for (const listener of listeners.get(name) ?? []) if (listener(event as never) === true) return true;
      return false;
    },
  };
}
