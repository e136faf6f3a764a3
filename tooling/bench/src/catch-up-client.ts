// One client reads a whole archive. Arguments: `bytes`, `xeps`, `memory`, `im` or `im-sqlite`, and a file with what it needs to know. Prints
// {"pages","cpu","messages","heap"}: milliseconds of each page, from the first request to the last page; heap in bytes
// after a quarter of the archive and after all of it, messages not kept (`memory`, with --expose-gc).
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createClient } from '@xeps/client';
import { createIm } from '@xeps/im';
import { memoryStore } from '@xeps/im/memory';
import { messageBody } from '@xeps/rfc-6121';
import { sqliteStore } from '@xeps/store-sqlite';
import { queryArchive } from '@xeps/xep-0313';
import type { Account, ServerInfo } from '@xeps/servers';
import { cpuSince } from './client-process.ts';

/** What a client needs to know. */
export interface Task {
  readonly server: ServerInfo;
  readonly account: Account;
  readonly pageSize: number;
  readonly messages: number;
}
/** What it says in the end. */
export interface CaughtUp {
  /** Milliseconds from the end of one page, or the first request, to the end of the next. They add up to all of it. */
  readonly pages: readonly number[];
  readonly cpu: number;
  /** Not known to whom only counts bytes. */
  readonly messages?: number;
  readonly heap: readonly number[];
}
/** A message as an app keeps it. */
interface Kept {
  readonly id: string;
  readonly time: Date | undefined;
  readonly from: string;
  readonly body: string | undefined;
}

const [mode = '', file = ''] = process.argv.slice(2);
const task = JSON.parse(await readFile(file, 'utf8')) as Task;
const result = await (mode === 'bytes'
  ? countBytes(task)
  : mode.startsWith('im')
    ? readConversations(task, mode === 'im-sqlite')
    : readTyped(task, mode === 'memory'));
console.log(JSON.stringify(result));
process.exit();

/** Typed messages, kept in an array unless memory is what is measured. */
async function readTyped({ server, account, pageSize, messages }: Task, dropping: boolean): Promise<CaughtUp> {
  const client = createClient({
    jid: account.jid,
    password: account.password,
    tls: { ca: server.caPem },
    service: `xmpps://${server.host}:${server.ports.c2sTls}`,
  });
  await client.start();
  const kept: Kept[] = [];
  const heap: number[] = [];
  let count = 0;
  const clock = begin();
  for await (const { items } of queryArchive(client, {}, { pageSize }).pages()) {
    count += items.length;
    if (!dropping)
      for (const { id, time, stanza } of items)
        kept.push({ id, time, from: String(stanza?.attrs['from']), body: messageBody.find(stanza!)?.text });
    else if (count >= (messages * (heap.length === 0 ? 1 : 4)) / 4) {
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
    // When its messages are kept: what the app does with them is part of the page.
    clock.pageEnded();
  }
  const cpu = clock.cpu();
  await client.stop();
  // Every message says its number; what is missing, doubled or out of order shows.
  kept.forEach(({ body }, index) => {
    if (!body?.startsWith(`${index} `)) throw new Error(`message ${index} of the archive reads ${String(body)}`);
  });
  return { pages: clock.pages, cpu, messages: count, heap };
}

/** The engine: conversations in a store, each page in one transaction. */
async function readConversations({ server, account, pageSize, messages }: Task, sqlite: boolean): Promise<CaughtUp> {
  const client = createClient({
    jid: account.jid,
    password: account.password,
    tls: { ca: server.caPem },
    service: `xmpps://${server.host}:${server.ports.c2sTls}`,
  });
  const folder = await mkdtemp(join(tmpdir(), 'xeps-bench-'));
  const store = sqlite ? await sqliteStore(join(folder, 'store.db')) : memoryStore();
  await client.start();
  // As a device that has seen the archive when it was empty, and reads all of it now.
  await store.write((tx) =>
    tx.setMeta('archive', { tail: [{ id: '', time: Date.now(), position: 0 }], contacts: true }),
  );
  const done = Promise.withResolvers<void>();
  const clock = begin();
  let last = 0;
  const im = createIm(client, { store, pageSize, receipts: 'never' });
  im.on('sync', ({ state, received, error }) => {
    if (received > last) clock.pageEnded();
    last = Math.max(last, received);
    if (state === 'failed') done.reject(error);
    if (state === 'synced') done.resolve();
  });
  await done.promise;
  const cpu = clock.cpu();
  let index = 0;
  for (let after = -Infinity; ;) {
    const page = await im.messages((await im.conversations())[0]!.address, { after, limit: 1000 });
    for (const { text } of page)
      if (!text.startsWith(`${index++} `)) throw new Error(`message ${index - 1} of the store reads ${text}`);
    if (page.length === 0) break;
    after = page.at(-1)!.position;
  }
  if (index !== messages) throw new Error(`the store has ${index} messages of ${messages}`);
  await im.close();
  await client.stop();
  await store.close();
  await rm(folder, { recursive: true });
  return { pages: clock.pages, cpu, messages: index, heap: [] };
}

/**
 * Asks for one page after the other and reads nothing but where each ends: what the server and the socket cost. With
 * stream management (XEP-0198), as any client that means to lose nothing, and an answer to each `<r/>`.
 */
function countBytes({ server, account, pageSize }: Task): Promise<CaughtUp> {
  const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${server.domain}' version='1.0'>`;
  const plain = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
  const { promise, resolve, reject } = Promise.withResolvers<CaughtUp>();
  const socket = connect({ host: server.host, port: server.ports.c2sTls, servername: server.domain, ca: server.caPem });
  socket.setNoDelay();
  socket.on('error', reject);
  let result: CaughtUp | undefined;
  // Signed out first: a session that waits to be resumed stays in the server's memory through the next rounds.
  socket.on('close', () =>
    result === undefined ? reject(new Error('the server closed the connection')) : resolve(result),
  );
  socket.once('secureConnect', () => socket.write(header));

  let clock = begin();
  const ask = (after: string): void => {
    socket.write(
      `<iq type='set' id='p${clock.pages.length}'><query xmlns='urn:xmpp:mam:2' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'>` +
        `<max>${pageSize}</max>${after}</set></query></iq>`,
    );
  };
  /** What is waited for, and what is done when it has come: `text` is the end of what came. */
  const steps: [until: string, then: (text: string) => void][] = [
    [
      '</stream:features>',
      () => socket.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`),
    ],
    ['<success', () => socket.write(header)],
    [
      '</stream:features>',
      () => socket.write(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`),
    ],
    ['</bind>', () => socket.write(`<enable xmlns='urn:xmpp:sm:3' resume='true'/>`)],
    [
      '<enabled',
      () => {
        clock = begin();
        ask('');
      },
    ],
  ];
  function pageEnded(text: string): void {
    clock.pageEnded();
    const fin = text.slice(text.lastIndexOf('<fin'));
    const last = /<last>(.*?)<\/last>/.exec(fin)?.[1];
    if (last !== undefined && !/complete=['"]true/.test(fin)) return ask(`<after>${last}</after>`);
    result = { pages: clock.pages, cpu: clock.cpu(), heap: [] };
    socket.write('</stream:stream>');
  }

  let results = 0;
  let tail = Buffer.alloc(0);
  socket.on('data', (data) => {
    if (result !== undefined) return void socket.end();
    // What is waited for may be torn by the edge of two chunks; `<fin>` with all in it is shorter than what is kept.
    const seen = Buffer.concat([tail, data]);
    for (let end = data.indexOf('</result>'); end !== -1; end = data.indexOf('</result>', end + 1)) results++;
    // What a tag torn by an edge leaves out is acknowledged too little, which does no harm.
    if (data.includes('<r xmlns')) socket.write(`<a xmlns='urn:xmpp:sm:3' h='${results + clock.pages.length}'/>`);
    const [until, then] = steps[0] ?? ['</fin>', pageEnded];
    const at = seen.lastIndexOf(until);
    tail = at === -1 ? seen.subarray(-2048) : Buffer.alloc(0);
    if (at === -1) return;
    steps.shift();
    then(seen.toString('utf8', Math.max(0, at - 2048), at + 64));
  });
  return promise;
}

/** Begins to measure. */
function begin(): { readonly pages: readonly number[]; pageEnded(): void; cpu(): number } {
  const pages: number[] = [];
  const before = process.cpuUsage();
  let last = performance.now();
  return {
    pages,
    pageEnded() {
      const now = performance.now();
      pages.push(now - last);
      last = now;
    },
    cpu: () => cpuSince(before),
  };
}
