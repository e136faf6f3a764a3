/** Options of everything that subscribes. */
export interface ListenOptions {
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Ends what it stands for; for `using`, or called by hand. Calling it again does nothing. */
/* @__NO_SIDE_EFFECTS__ */
export function disposable(end: () => void, signal?: AbortSignal): Disposable {
  const once = (): void => {
    signal?.removeEventListener('abort', once);
    end();
  };
  if (signal?.aborted === true) end();
  else signal?.addEventListener('abort', once, { once: true });
  return { [Symbol.dispose]: once };
}

/** Typed events, delivered synchronously in the order of subscription. */
export interface Emitter<Events extends object> {
  on<K extends keyof Events>(type: K, listener: (event: Events[K]) => void, options?: ListenOptions): Disposable;
  /** Calls every listener. One that throws is handed to `report` and does not stop the others. */
  emit<K extends keyof Events>(type: K, event: Events[K]): void;
  /** Whether anybody listens. */
  has(type: keyof Events): boolean;
}

/** Makes an {@link Emitter}; `report` is given what listeners throw. */
/* @__NO_SIDE_EFFECTS__ */
export function createEmitter<Events extends object>(report: (error: unknown) => void): Emitter<Events> {
  const listeners = new Map<keyof Events, ((event: never) => void)[]>();
  return {
    on(type, listener, { signal } = {}) {
      // Copied on change: who subscribes or leaves during an event does not disturb it.
      const wrapped = (event: never): void => listener(event);
      listeners.set(type, [...(listeners.get(type) ?? []), wrapped]);
      return disposable(() => {
        listeners.set(
          type,
          (listeners.get(type) ?? []).filter((other) => other !== wrapped),
        );
      }, signal);
    },
    emit(type, event) {
      const called = listeners.get(type) ?? [];
      // By index: this runs for every stanza, and an iterator is more to compile.
      for (let i = 0; i < called.length; i++) {
        try {
          (called[i] as (event: unknown) => void)(event);
        } catch (error) {
          report(error);
        }
      }
    },
    has: (type) => (listeners.get(type)?.length ?? 0) > 0,
  };
}
