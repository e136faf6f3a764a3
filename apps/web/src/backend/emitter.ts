/** Calls listeners, of which one that throws does not keep the others from hearing. */
export interface Emitter<Events extends object> {
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void;
  emit<K extends keyof Events>(event: K, value: Events[K]): void;
}

/** Makes one without listeners. */
export function createEmitter<Events extends object>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(value: never) => void>>();
  return {
    on(event, listener) {
      const own = listeners.get(event) ?? new Set();
      listeners.set(event, own.add(listener as (value: never) => void));
      return () => void own.delete(listener as (value: never) => void);
    },
    emit(event, value) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(value as never);
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
