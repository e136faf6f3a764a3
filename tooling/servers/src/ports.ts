/** Loopback ports. */
import { connect, createServer, type Server } from 'node:net';

/** The address that servers listen on; nothing is reachable from outside the machine. */
export const LOOPBACK = '127.0.0.1';

/**
 * Finds free ports by listening on port 0, all at the same time so that they differ. Between here and the server's own
 * start another process can take one: who starts a server must look for that in its log and try again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i += 1) {
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(0, LOOPBACK, resolve);
      });
    }
    return servers.map((server) => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
      return address.port;
    });
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Whether something listens on a port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(port, LOOPBACK);
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}
