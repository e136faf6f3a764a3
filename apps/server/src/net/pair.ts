import type { Transport, TransportEvents } from '@xeps/client';
import type { Wire, WireEvents } from './wire.ts';

/** Both ends of a connection that never leaves the process. */
export interface Pair {
  /** For a client. */
  readonly transport: Transport;
  /** For the server. */
  readonly wire: Wire;
}

/** Makes a connection in memory. What one side writes in a turn, the other gets in the next, in order. */
/* @__NO_SIDE_EFFECTS__ */
export function createPair(): Pair {
  const toClient = createPipe();
  const toServer = createPipe();
  const close = (): void => {
    toClient.close();
    toServer.close();
  };
  return {
    transport: {
      kind: 'tcp',
      secure: true,
      bufferedAmount: 0,
      write: toServer.write,
      flushed: () => Promise.resolve(),
      end: close,
      destroy: close,
      listen: (events: TransportEvents) => toClient.listen({ data: events.data, close: () => events.close() }),
    },
    wire: {
      kind: 'tcp',
      secure: true,
      bindings: new Map(),
      tls: undefined,
      remote: 'this process',
      write: toClient.write,
      end: close,
      destroy: close,
      listen: toServer.listen,
    },
  };
}

interface Pipe {
  write(text: string): void;
  close(): void;
  listen(events: WireEvents): void;
}

function createPipe(): Pipe {
  const queue: string[] = [];
  let events: WireEvents | undefined;
  let closing = false;
  let closed = false;
  let scheduled = false;

  function deliver(): void {
    scheduled = false;
    if (events === undefined || closed) return;
    for (let text = queue.shift(); text !== undefined; text = queue.shift()) events.data(text);
    if (!closing) return;
    closed = true;
    events.close();
  }
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(deliver);
  }
  return {
    write(text) {
      if (closing) return;
      queue.push(text);
      schedule();
    },
    close() {
      closing = true;
      schedule();
    },
    listen(listener) {
      events = listener;
      schedule();
    },
  };
}
