/** What goes wrong on demand: for tests of how a client bears it. */
import type { Element } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Clock } from './clock.ts';
import type { ClientSession } from './host/sessions.ts';
import type { Wire } from './net/wire.ts';
import type { ServerStream } from './stream/server-stream.ts';

/** What becomes of a stanza between a client and the server: nothing, itself, or more. */
export type StanzaFilter = (direction: 'in' | 'out', session: ClientSession, stanza: Element) => readonly Element[];

/** Decides about one stanza: `drop` it, let it through `twice`, put others in its place; undefined lets it pass. */
export type StanzaFault = (passing: {
  /** `in`: on its way from the client. */
  readonly direction: 'in' | 'out';
  /** The client's full address. */
  readonly jid: Jid;
  readonly stanza: Element;
}) => 'drop' | 'twice' | readonly Element[] | undefined | void;

/** Whose connections are meant. */
export interface FaultTarget {
  /** Those of an account, or of one of its resources; all when left out, and those that have not signed in too. */
  readonly jid?: Jid | string | undefined;
}

/** See the file's head. */
export interface Faults {
  /** Puts a rule on every stanza of every client, until it is disposed of. With several rules the first that decides wins. */
  onStanza(rule: StanzaFault): Disposable;
  /** What the server writes arrives so many milliseconds later, by its clock, in order. */
  delay(milliseconds: number, target?: FaultTarget): Disposable;
  /**
   * Breaks a connection off when so many bytes more have gone over it, in the midst of whatever they belong to; resolves
   * when that has happened. `in` counts what the client sends.
   */
  cutAfter(bytes: number, options?: FaultTarget & { readonly direction?: 'in' | 'out' }): Promise<void>;
  /** Breaks connections off now, as a network does; how many. */
  cut(target?: FaultTarget): number;
  /** Writes a stanza to the clients that are meant, whoever it claims to be from, past everything that checks. */
  send(stanza: Element, target?: FaultTarget): void;
}

/** Faults, and where the server lets them in. */
export interface FaultControl {
  readonly faults: Faults;
  readonly filter: StanzaFilter;
  /** Puts them on a connection; to be told of the stream that is on it. */
  wrap(wire: Wire): { readonly wire: Wire; serve(stream: ServerStream): void };
}

interface Delay {
  readonly milliseconds: number;
  readonly target: FaultTarget;
}

interface Cut {
  left: number;
  readonly direction: 'in' | 'out';
  readonly target: FaultTarget;
  done(): void;
}

/** A server's faults; none at first. `streams` are those that are open. */
export function createFaults(clock: Clock, streams: () => Iterable<ServerStream>): FaultControl {
  const rules = new Set<StanzaFault>();
  const delays = new Set<Delay>();
  const cuts = new Set<Cut>();

  const disposing = <T>(set: Set<T>, entry: T): Disposable => {
    set.add(entry);
    return { [Symbol.dispose]: () => void set.delete(entry) };
  };
  const meant = (target: FaultTarget): ServerStream[] =>
    Array.from(streams()).filter((stream) => isMeant(stream, target));

  return {
    faults: {
      onStanza: (rule) => disposing(rules, rule),
      delay: (milliseconds, target = {}) => disposing(delays, { milliseconds, target }),
      cutAfter: (bytes, { direction = 'out', ...target } = {}) =>
        new Promise((done) => void cuts.add({ left: bytes, direction, target, done })),
      cut(target = {}) {
        const found = meant(target);
        for (const stream of found) stream.cut();
        return found.length;
      },
      send(stanza, target = {}) {
        for (const { session } of meant(target)) session?.send(stanza);
      },
    },
    filter(direction, { jid }, stanza) {
      for (const rule of rules) {
        const decision = rule({ direction, jid, stanza });
        if (decision === 'drop') return [];
        if (decision === 'twice') return [stanza, stanza];
        if (decision !== undefined) return decision as readonly Element[];
      }
      return [stanza];
    },
    wrap(wire) {
      let stream: ServerStream | undefined;
      const cutWithin = (direction: 'in' | 'out', size: number): Cut | undefined => {
        const cut = Array.from(cuts).find((entry) => entry.direction === direction && isMeant(stream, entry.target));
        if (cut === undefined || cut.left > size) {
          if (cut !== undefined) cut.left -= size;
          return undefined;
        }
        cuts.delete(cut);
        return cut;
      };
      const finish = (cut: Cut): void => {
        stream?.cut();
        cut.done();
      };
      let cutOff = false;
      const writeNow = (text: string): void => {
        if (cutOff) return;
        const cut = cutWithin('out', Buffer.byteLength(text));
        if (cut === undefined) return wire.write(text);
        const fits = Buffer.from(text)
          .subarray(0, cut.left)
          .toString('utf8')
          .replace(/\uFFFD$/, '');
        if (fits !== '') wire.write(fits);
        cutOff = true;
        // What was written is on its way before the connection is gone.
        setImmediate(finish, cut);
      };
      // Whatever follows something that waits has to wait as well.
      let waiting = 0;
      const write = (text: string): void => {
        const milliseconds = Math.max(
          0,
          ...Array.from(delays, (entry) => (isMeant(stream, entry.target) ? entry.milliseconds : 0)),
        );
        if (milliseconds === 0 && waiting === 0) return writeNow(text);
        waiting += 1;
        clock.schedule(() => {
          waiting -= 1;
          writeNow(text);
        }, milliseconds);
      };
      const faulty: Wire = Object.create(wire, {
        write: { value: write },
        listen: {
          value: (events: Parameters<Wire['listen']>[0]) =>
            wire.listen({
              close: () => events.close(),
              data(data) {
                const cut = cutWithin('in', typeof data === 'string' ? Buffer.byteLength(data) : data.length);
                if (cut === undefined) return events.data(data);
                if (typeof data !== 'string' && cut.left > 0) events.data(data.subarray(0, cut.left));
                finish(cut);
              },
            }),
        },
      }) as Wire;
      return {
        wire: faulty,
        serve: (served) => {
          stream = served;
        },
      };
    },
  };
}

function isMeant(stream: ServerStream | undefined, { jid }: FaultTarget): boolean {
  if (jid === undefined) return true;
  const wanted = toJid(jid);
  const { session, account } = stream ?? {};
  return wanted.isBare ? (account?.equals(wanted) ?? false) : (session?.jid.equals(wanted) ?? false);
}
