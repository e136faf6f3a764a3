import type { AddressInfo, Server, Socket } from 'node:net';
import type { Transport } from '../../src/transport/types.ts';

/** Listens on loopback, at a port of the system's choice; closed with everything on it by `close`. */
export async function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  server.on('connection', keep).on('secureConnection', keep);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // TLS before the socket below it: Node 24.21 crashes the other way round.
        for (const socket of [...sockets].toReversed()) socket.destroy();
      }),
  };
}

/** Listens to a transport and keeps what it tells. */
export function record(transport: Transport) {
  let text = '';
  let chunks = 0;
  let closes = 0;
  let closeError: Error | undefined;
  let wake = (): void => {};
  const decoder = new TextDecoder();
  const recorded = {
    get text() {
      return text;
    },
    get chunks() {
      return chunks;
    },
    get closes() {
      return closes;
    },
    get closeError() {
      return closeError;
    },
    onData: (() => {}) as (data: string) => void,
    /** Resolves when `condition` holds, which is looked at after each event. */
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) await new Promise<void>((resolve) => (wake = resolve));
    },
    closed: () => recorded.until(() => closes > 0),
  };
  transport.listen({
    data(data) {
      chunks += 1;
      const piece = typeof data === 'string' ? data : decoder.decode(data, { stream: true });
      text += piece;
      recorded.onData(piece);
      wake();
    },
    close(error) {
      closes += 1;
      closeError = error;
      wake();
    },
  });
  return recorded;
}
