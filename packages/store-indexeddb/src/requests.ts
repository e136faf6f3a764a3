/**
 * The results of many requests of one transaction, or values that are there already. The requests are answered in the
 * order in which they were made, so that it is enough to wait for the last: an event for each costs more than the request.
 */
export async function results<T>(requests: readonly (IDBRequest<T> | T)[]): Promise<T[]> {
  const last = requests.findLast((request) => request instanceof IDBRequest);
  if (last !== undefined) {
    await new Promise<void>((resolve, reject) => {
      last.addEventListener('success', () => resolve());
      last.addEventListener('error', () => reject(last.error!));
    });
  }
  return requests.map((request) => (request instanceof IDBRequest ? request.result : request));
}
