import { newId } from '@xeps/core';
import type { ServerMechanism } from './types.ts';

/** ANONYMOUS (RFC 4505): anybody, under a name that nobody has had. */
export function anonymousServer(): ServerMechanism {
  return {
    name: 'ANONYMOUS',
    step: () =>
      Promise.resolve({
        kind: 'success',
        username: `anonymous-${newId().toLowerCase()}`,
        authzid: undefined,
        data: undefined,
      }),
  };
}
