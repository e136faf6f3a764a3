import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a request. What it throws is answered 500. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

/** What is served under which path. */
export interface HttpRoutes {
  /** Serves a path, and those beneath it when it ends in a slash. */
  add(path: string, handler: HttpHandler): void;
  /** The handler for a path, the longest first. */
  find(path: string): HttpHandler | undefined;
  /** Where a path can be reached from outside; known once the server listens. */
  url(path: string): string;
  /** To be told by whoever listens: `http://localhost:5280`. */
  base: string | undefined;
  /** Where the WebSocket is, the one with TLS first; to be told by whoever listens. */
  websockets: readonly string[];
}

/** Makes routes to nothing. */
/* @__NO_SIDE_EFFECTS__ */
export function createHttpRoutes(): HttpRoutes {
  const handlers = new Map<string, HttpHandler>();
  const routes: HttpRoutes = {
    base: undefined,
    websockets: [],
    add: (path, handler) => void handlers.set(path, handler),
    find(path) {
      if (handlers.has(path)) return handlers.get(path);
      for (let end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
        const handler = handlers.get(path.slice(0, end + 1));
        if (handler !== undefined) return handler;
        if (end === 0) break;
      }
      return undefined;
    },
    url(path) {
      if (routes.base === undefined) throw new Error(`nothing is served over HTTP here, so ${path} has no address`);
      return routes.base + path;
    },
  };
  return routes;
}
