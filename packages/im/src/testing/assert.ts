/** Assertions that need no test runner: the suite also runs in a page of a browser. */

/** Throws unless both are the same data. Keys may come in any order. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [written(actual), written(expected)];
  if (left !== right) throw new Error(`${what}: expected ${shortened(right)}, got ${shortened(left)}`);
}

/** Throws unless the promise rejects with something that passes `test`. */
export async function rejects(
  promise: Promise<unknown>,
  test: (error: unknown) => boolean,
  what: string,
): Promise<void> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (failure === undefined) throw new Error(`${what}: expected a rejection, it resolved`);
  if (!test(failure.error)) throw new Error(`${what}: rejected with another error`, { cause: failure.error });
}

/** Waits until `test` holds; throws when it still does not after `most` milliseconds. */
export async function eventually(test: () => boolean, what: string, most = 10_000): Promise<void> {
  for (const end = Date.now() + most; !test();) {
    if (Date.now() > end) throw new Error(`${what}: did not happen within ${most} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function written(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => {
      if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'undefined'
  );
}

function shortened(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 600)}… (${text.length} characters)`;
}
