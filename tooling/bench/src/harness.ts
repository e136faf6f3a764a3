// Times subjects that do the same work, against each other. Rounds are interleaved, so that heat, frequency and
// neighbours touch all alike; the median of CPU time counts, not the wall clock.

/** One way to do a bench's work. */
export interface Subject {
  readonly name: string;
  /** Does all of the work once, and returns what shows that it was done. Equal in all subjects, or nothing is timed. */
  readonly verify: () => string;
  /** Does all of the work once. Returns a number that depends on it, so that no compiler leaves it out. */
  readonly run: () => number;
}

/** Subjects of the same work; the first is ours. */
export interface Bench {
  readonly name: string;
  /** What one run works through, for the printed rate. */
  readonly bytes: number;
  readonly subjects: readonly Subject[];
}

/** A bench's outcome: median CPU time of one run. */
export interface Measurement {
  readonly subject: string;
  readonly milliseconds: number;
}

/** One line of `--json`: `ratio` 2 means that `subject` needs half of the CPU time of `against`. */
export interface Comparison {
  readonly bench: string;
  readonly subject: string;
  readonly against: string;
  readonly ratio: number;
}

/** Checks that all subjects agree, warms up, then times `rounds` rounds. */
export function measure(bench: Bench, rounds: number): readonly Measurement[] {
  const [first, ...others] = bench.subjects;
  if (first === undefined) throw new Error(`bench ${bench.name} has no subjects`);
  const expected = first.verify();
  for (const other of others) {
    if (other.verify() !== expected) {
      throw new Error(`bench ${bench.name}: ${other.name} does not give the same as ${first.name}; nothing was timed`);
    }
  }
  let sink = 0;
  const times = new Map<Subject, number[]>(bench.subjects.map((subject) => [subject, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [subject, list] of times) {
      globalThis.gc?.();
      const before = process.cpuUsage();
      sink += subject.run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) list.push((user + system) / 1000); // the first round only warms up
    }
  }
  if (Number.isNaN(sink)) throw new Error(`bench ${bench.name}: a subject returned no number`);
  return bench.subjects.map((subject) => ({
    subject: subject.name,
    milliseconds: median(times.get(subject) as number[]),
  }));
}

/** Our subject, the first, against each other one. */
export function compare(bench: Bench, measurements: readonly Measurement[]): readonly Comparison[] {
  const [ours, ...others] = measurements;
  if (ours === undefined) return [];
  return others.map((other) => ({
    bench: bench.name,
    subject: ours.subject,
    against: other.subject,
    ratio: Math.round((other.milliseconds / ours.milliseconds) * 100) / 100,
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
