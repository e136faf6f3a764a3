import { nodePlatform } from '../src/platform-node.ts';
import type { Transport, TransportEvents } from '../src/transport/types.ts';

/** Node, where everything that comes over TCP comes in pieces of so many bytes. */
export function tornPlatform(size: number): typeof nodePlatform {
  return {
    ...nodePlatform,
    async connect(endpoint, options) {
      const transport = await nodePlatform.connect(endpoint, options);
      const listen = (events: TransportEvents): void =>
        transport.listen({
          data(data) {
            for (let at = 0; at < data.length; at += size) events.data(data.slice(at, at + size));
          },
          close: (error) => events.close(error),
        });
      return Object.create(transport, { listen: { value: listen } }) as Transport;
    },
  };
}
