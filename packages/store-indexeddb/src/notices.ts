import { disposable } from '@xeps/core';

/** Tells everybody who has a database open that it was written to. */
export interface Notices {
  /** To all of this tab, and to other tabs. */
  tell(): void;
  listen(listener: () => void): Disposable;
  close(): void;
}

interface Hub {
  readonly listeners: Set<() => void>;
  /** Absent in old browsers; there, tabs hear of each other's writes with their own next write. */
  readonly channel: BroadcastChannel | undefined;
  users: number;
}

/** One for each name of a database, for all of this tab: a channel does not hear itself. */
const hubs = /* @__PURE__ */ new Map<string, Hub>();

/** Joins those who have the database of this name open. */
export function joinNotices(name: string): Notices {
  const hub = hubs.get(name) ?? createHub(name);
  hub.users += 1;
  const own = new Set<() => void>();
  return {
    tell() {
      hub.channel?.postMessage(undefined);
      callAll(hub);
    },
    listen(listener) {
      const call = (): void => listener();
      own.add(call);
      hub.listeners.add(call);
      return disposable(() => {
        own.delete(call);
        hub.listeners.delete(call);
      });
    },
    close() {
      for (const call of own) hub.listeners.delete(call);
      hub.users -= 1;
      if (hub.users > 0) return;
      hub.channel?.close();
      hubs.delete(name);
    },
  };
}

function createHub(name: string): Hub {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(`xeps store ${name}`);
  const hub: Hub = { listeners: new Set(), channel, users: 0 };
  if (channel !== undefined) channel.onmessage = () => callAll(hub);
  hubs.set(name, hub);
  return hub;
}

function callAll({ listeners }: Hub): void {
  for (const call of listeners) {
    try {
      call();
    } catch (error) {
      // It stops neither the others nor the write, and is reported as what any listener of the page throws.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
