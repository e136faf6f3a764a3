import type { Fault } from './types.ts';

/** Makes of any error what can be shown and passed on. */
export function toFault(error: unknown): Fault {
  if (error instanceof RemoteError) return error.fault;
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { reason, condition, max } = error as Error & { reason?: unknown; condition?: unknown; max?: unknown };
  const why = reason ?? condition;
  return {
    name: error.name,
    message: error.message,
    ...(typeof why === 'string' && { reason: why }),
    ...(typeof max === 'number' && { max }),
  };
}

/** An error that came from another tab. */
export class RemoteError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message);
    this.name = fault.name;
    this.fault = fault;
  }
}
