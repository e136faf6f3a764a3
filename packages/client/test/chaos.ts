import type { Client, ConnectionStatus, NodeClientOptions } from '@xeps/client';
import { createClient } from '@xeps/client';
import { Element } from '@xeps/core';
import type { Account } from '@xeps/servers/live';
import type { Proxy } from '@xeps/servers/proxy';

/** A message that says where it stands in its row. */
export function numbered(to: string, way: string, index: number): Element {
  return new Element('message', { to, type: 'chat', id: `${way}-${index}` }).c('body').t(`${way} ${index}`).up();
}

/** What of a row of messages is missing, came again, or came before one that was sent earlier. */
export interface Faults {
  readonly lost: readonly number[];
  readonly repeated: readonly number[];
  readonly outOfOrder: readonly number[];
}

/** Compares what was received with the numbers from 0 to `count`. */
export function faultsOf(received: readonly number[], count: number): Faults {
  const seen = new Set<number>();
  const repeated: number[] = [];
  const outOfOrder: number[] = [];
  let highest = -1;
  for (const index of received) {
    if (seen.has(index)) repeated.push(index);
    else if (index < highest) outOfOrder.push(index);
    seen.add(index);
    highest = Math.max(highest, index);
  }
  const lost = Array.from({ length: count }, (_, index) => index).filter((index) => !seen.has(index));
  return { lost, repeated, outOfOrder };
}

/** Records the numbers of a row as they come; `places` gets each one's id in the own archive, if it has one. */
export function record(client: Client, way: string, places: string[] = []): number[] {
  const numbers: number[] = [];
  client.on('message', (message) => {
    const [kind, index] = (message.getChildText('body') ?? '').split(' ');
    if (kind !== way || message.attrs['type'] === 'error') return;
    numbers.push(Number(index));
    const ids = message.getChildren('stanza-id', 'urn:xmpp:sid:0');
    const own = ids.find(({ attrs }) => attrs['by'] === String(client.jid.bare()));
    places.push(String(own?.attrs['id'] ?? ''));
  });
  return numbers;
}

/** A row in the order of its ids, which are numbers that grow with time. */
function inArchiveOrder(numbers: readonly number[], places: readonly string[]): number[] {
  const pairs = numbers.map((number, index) => ({ number, place: BigInt(places[index] || '0') }));
  return pairs.sort((left, right) => Number(left.place - right.place)).map(({ number }) => number);
}

/** What went through the chaos. */
export interface ChaosResult {
  readonly up: Faults;
  readonly down: Faults;
  /** How many came before one that was sent earlier, as they came. */
  readonly swapped: number;
  readonly count: { readonly up: number; readonly down: number };
  readonly cuts: number;
  readonly resumed: number;
  /** Sessions that began anew: none but the first should. */
  readonly sessions: number;
  readonly seconds: number;
}

/** How much of it. */
export interface ChaosOptions {
  readonly through: Account;
  readonly beside: Account;
  readonly client: Omit<NodeClientOptions, 'jid' | 'password' | 'service'>;
  /** Where the one connects through the proxy, and the other past it. */
  readonly services: { readonly through: string; readonly beside: string };
  readonly proxy: Proxy;
  /** Messages each way, at least. */
  readonly messages: number;
  /** Cuts, at least. */
  readonly cuts: number;
  /** The server swaps what it sends around a resumption: the order is that of its archive, as in an app. */
  readonly archiveOrder?: boolean;
  /** Told what the connection through the proxy does. */
  readonly watch?: (status: ConnectionStatus) => void;
  /** Called now and then. */
  readonly every?: (sent: number) => Promise<void> | void;
}

/** Two clients that write to each other as fast as the connection lets them, one of them through a proxy that breaks it. */
export async function chaos(options: ChaosOptions): Promise<ChaosResult> {
  const { through, beside, services, proxy, messages, cuts } = options;
  const began = performance.now();
  const cut = createClient({
    reconnect: { base: 4, max: 40 },
    ...options.client,
    jid: through.jid,
    password: through.password,
    service: services.through,
  });
  const steady = createClient({
    ...options.client,
    jid: beside.jid,
    password: beside.password,
    service: services.beside,
  });
  try {
    let [resumed, sessions] = [0, 0];
    cut.on('resumed', () => (resumed += 1));
    cut.on('online', () => (sessions += 1));
    if (options.watch !== undefined) cut.onConnection(options.watch);
    await Promise.all([cut.start({ retry: true }), steady.start()]);
    const places = { up: [] as string[], down: [] as string[] };
    const got = { up: record(steady, 'up', places.up), down: record(cut, 'down', places.down) };
    const acks: Promise<void>[] = [];
    const sent = { up: 0, down: 0 };
    const write = async (client: Client, to: string, way: 'up' | 'down'): Promise<void> => {
      while (sent[way] < messages || proxy.cuts < cuts) {
        const { acked } = await client.send(numbered(to, way, sent[way]));
        acks.push(acked);
        sent[way] += 1;
        // Nobody runs ahead: what waits for an acknowledgement is sent again on every connection.
        if (sent[way] - got[way].length > 50) await until(() => sent[way] - got[way].length < 40);
        if (way === 'up' && sent.up % 50 === 0) await options.every?.(sent.up);
        if (sent[way] % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await Promise.all([write(cut, String(steady.jid), 'up'), write(steady, String(cut.jid), 'down')]);
    proxy.calm();
    await Promise.all(acks);
    await until(() => got.up.length >= sent.up && got.down.length >= sent.down, 60_000).catch(() => {});
    // What comes twice may come late.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const ordered = (way: 'up' | 'down'): readonly number[] =>
      options.archiveOrder === true ? inArchiveOrder(got[way], places[way]) : got[way];
    return {
      up: faultsOf(ordered('up'), sent.up),
      down: faultsOf(ordered('down'), sent.down),
      swapped: faultsOf(got.up, sent.up).outOfOrder.length + faultsOf(got.down, sent.down).outOfOrder.length,
      count: sent,
      cuts: proxy.cuts,
      resumed,
      sessions,
      seconds: (performance.now() - began) / 1_000,
    };
  } finally {
    await Promise.all([cut.stop(), steady.stop()]);
  }
}

/** Resolves when it is so; rejects after `timeout` milliseconds. */
export async function until(holds: () => boolean, timeout = 120_000): Promise<void> {
  for (const end = performance.now() + timeout; !holds();) {
    if (performance.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
