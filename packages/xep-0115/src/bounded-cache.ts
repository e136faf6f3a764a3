/** A map that holds at most so much, and forgets what was not asked for the longest. */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  /** Keeps a value of that weight; one heavier than the whole cache is not kept. */
  set(key: string, value: V, weight: number): void;
  delete(key: string): void;
  clear(): void;
}

/** Makes a {@link BoundedCache}; `capacity` is the sum of the weights. */
/* @__NO_SIDE_EFFECTS__ */
export function createBoundedCache<V>(capacity: number): BoundedCache<V> {
  // In the order of use, the oldest first.
  const entries = new Map<string, { readonly value: V; readonly weight: number }>();
  let total = 0;

  function remove(key: string): void {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  }
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, weight) {
      remove(key);
      if (weight > capacity) return;
      entries.set(key, { value, weight });
      total += weight;
      for (const oldest of entries.keys()) {
        if (total <= capacity) break;
        remove(oldest);
      }
    },
    delete: remove,
    clear() {
      entries.clear();
      total = 0;
    },
  };
}
