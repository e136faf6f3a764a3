/** A `Storage` in memory. `quota`: UTF-16 code units of names and values at most. */
export class FakeStorage implements Storage {
  [name: string]: unknown;
  readonly entries: Map<string, string>;
  quota: number;
  writes = 0;

  constructor(entries: Iterable<readonly [string, string]> = [], quota = Infinity) {
    this.entries = new Map(entries);
    this.quota = quota;
  }
  /** What a browser does when a tab is duplicated. */
  copy(): FakeStorage {
    return new FakeStorage(this.entries, this.quota);
  }
  get length(): number {
    return this.entries.size;
  }
  key(index: number): string | null {
    return [...this.entries.keys()][index] ?? null;
  }
  getItem(name: string): string | null {
    return this.entries.get(name) ?? null;
  }
  setItem(name: string, value: string): void {
    let size = name.length + value.length;
    for (const [other, text] of this.entries) if (other !== name) size += other.length + text.length;
    if (size > this.quota) throw new DOMException('full', 'QuotaExceededError');
    this.writes += 1;
    this.entries.set(name, value);
  }
  removeItem(name: string): void {
    this.entries.delete(name);
  }
  clear(): void {
    this.entries.clear();
  }
}
