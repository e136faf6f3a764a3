/** A TCP proxy in front of a server, for tests of what a client does when its connection is slow or breaks. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { createLane } from './lane.ts';
import { LOOPBACK } from './ports.ts';
import { between, seededRandom } from './random.ts';
import type { Direction, Passage } from './round-trips.ts';

export { seededRandom } from './random.ts';
export { countRoundTrips, type Direction, type Passage } from './round-trips.ts';

/** Where a proxy leads. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProxyOptions {
  /** Latency each way (milliseconds). Only data has it: a connection to the proxy is made at once. */
  readonly delay?: number | undefined;
  /** Cuts what arrives at random places into pieces that are written one by one. */
  readonly split?: boolean | undefined;
  /**
   * Breaks each connection off after so many bytes, those of both directions together: after any byte, in any of the
   * ways in which connections end, and sometimes with the loss of what was under way.
   */
  readonly chaos?: { readonly bytes: readonly [min: number, max: number] } | undefined;
  /**
   * Where chance comes from; one number for each connection, from which everything about it follows. Default:
   * `Math.random`. `seededRandom` makes connections break at the same bytes each time.
   */
  readonly random?: (() => number) | undefined;
  /** Records what arrives, in `Proxy.log`. */
  readonly log?: boolean | undefined;
}

/** A TCP proxy on loopback whose connections a test can break. */
export interface Proxy {
  readonly port: number;
  /** How many there were so far. */
  readonly connections: number;
  /** How many of them the chaos broke off. */
  readonly cuts: number;
  /** How many bytes arrived so far, from clients (`up`) and from the server (`down`). */
  readonly bytes: Readonly<Record<Direction, number>>;
  /** What arrived, with the option `log`; else empty. */
  readonly log: readonly Passage[];
  /** Breaks every connection off, without a word to either side. */
  cut(): void;
  /** Ends the chaos: connections stay, those there are and those to come. */
  calm(): void;
  /** Takes no new connections, until `accept`: they are reset. */
  refuse(): void;
  accept(): void;
  /** Leads new connections to another server. */
  retarget(target: ProxyTarget): void;
  /** Breaks them off, and takes no more. */
  close(): Promise<void>;
}

/** The longest time between the ends of the two sides of a connection that the chaos breaks off (milliseconds). */
const LONGEST_GAP = 50;

/** How one connection is to be broken off. */
interface Fate {
  /** After so many bytes. */
  left: number;
  /** How the first side learns of it: `end` is a FIN on a socket that stays open, the half of a close. */
  readonly way: 'reset' | 'destroy' | 'end';
  /** Whether the client is the side that learns of it first. */
  readonly nearFirst: boolean;
  /** How much later the other side learns of it (milliseconds). */
  readonly gap: number;
  /** The shares of what is under way that still arrive. */
  readonly kept: Readonly<Record<Direction, number>>;
}

function drawFate(random: () => number, [min, max]: readonly [number, number]): Fate {
  const left = between(random, min, max);
  const way = (['reset', 'destroy', 'end'] as const)[between(random, 0, 2)] ?? 'reset';
  const nearFirst = random() < 0.5;
  const gap = way !== 'end' && random() < 0.5 ? 0 : between(random, 1, LONGEST_GAP);
  const loses = random() < 0.5;
  return { left, way, nearFirst, gap, kept: { up: loses ? random() : 1, down: loses ? random() : 1 } };
}

/** Starts a proxy that leads to `target`. */
export async function startProxy(target: ProxyTarget, options: ProxyOptions = {}): Promise<Proxy> {
  const { delay = 0, split = false, chaos, random = Math.random } = options;
  const breaks = new Set<() => void>();
  const log: Passage[] = [];
  const bytes = { up: 0, down: 0 };
  let [connections, cuts] = [0, 0];
  let [calm, refusing] = [chaos === undefined, false];
  let current = target;

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    if (refusing) {
      near.on('error', () => {}).resetAndDestroy();
      return;
    }
    connections += 1;
    const connection = connections;
    const own = seededRandom(Math.floor(random() * 2 ** 32));
    const fate = chaos && drawFate(own, chaos.bytes);
    const far = connect({ ...current, allowHalfOpen: true, noDelay: true });
    const lane = (from: Socket, to: Socket) =>
      createLane({
        delay,
        split: split ? own : undefined,
        deliver: (data) => {
          if (to.write(data) || from.isPaused()) return;
          // A side that does not read slows the other one down, as it would without a proxy.
          from.pause();
          to.once('drain', () => from.resume());
        },
      });
    const lanes = { up: lane(near, far), down: lane(far, near) };
    let broken = false;

    const breakOff = (): void => {
      broken = true;
      for (const way of [lanes.up, lanes.down]) way.clear();
      for (const side of [near, far]) side.resetAndDestroy();
    };
    breaks.add(breakOff);

    const meetFate = ({ way, nearFirst, gap, kept }: Fate, direction: Direction, last: Buffer): void => {
      broken = true;
      cuts += 1;
      for (const each of ['up', 'down'] as const)
        lanes[each].lose(each === direction ? last : Buffer.alloc(0), kept[each]);
      const [first, second] = nearFirst ? [near, far] : [far, near];
      const [toFirst, toSecond] = nearFirst ? [lanes.down, lanes.up] : [lanes.up, lanes.down];
      const end = (side: Socket): void => void (way === 'reset' ? side.resetAndDestroy() : side.destroy());
      toFirst.after(() => {
        if (way === 'end') first.end();
        else end(first);
        const rest = (): void => {
          end(first);
          toSecond.after(() => end(second));
        };
        if (gap === 0) rest();
        else setTimeout(rest, gap);
      });
    };

    for (const [direction, from, to] of [
      ['up', near, far],
      ['down', far, near],
    ] as const) {
      from.on('data', (data) => {
        bytes[direction] += data.length;
        if (options.log === true) log.push({ connection, at: performance.now(), direction, bytes: data.length });
        // What comes after the cut is lost.
        if (broken) return;
        if (fate === undefined || calm || data.length < fate.left) {
          if (fate !== undefined) fate.left -= data.length;
          lanes[direction].pass(data);
        } else {
          meetFate(fate, direction, data.subarray(0, fate.left));
        }
      });
      from.on('error', () => {});
      from.on('end', () => {
        if (!broken) lanes[direction].after(() => to.end());
      });
      from.on('close', (failed) => {
        if (!broken) lanes[direction].after(() => (failed ? to.destroy() : to.destroySoon()));
        if (near.closed && far.closed) breaks.delete(breakOff);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const cut = (): void => {
    for (const breakOff of [...breaks]) breakOff();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get cuts() {
      return cuts;
    },
    bytes,
    log,
    cut,
    calm: () => void (calm = true),
    refuse: () => void (refusing = true),
    accept: () => void (refusing = false),
    retarget: (next) => void (current = next),
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
