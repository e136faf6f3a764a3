// One client reads a whole archive. Arguments: `bytes`, `xeps`, or `memory`, and a file with what it needs to know. Prints
// {"wall","cpu","pages","messages","heap"}: milliseconds from the first request to the last page; heap in bytes after a
// quarter of the archive and after all of it, messages not kept (`memory`, with --expose-gc).
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { createClient } from '@xeps/client';
import { messageBody } from '@xeps/rfc-6121';
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
  readonly wall: number;
  readonly cpu: number;
  readonly pages: number;
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
const result = mode === 'bytes' ? await countBytes(task) : await readTyped(task, mode === 'memory');
console.log(JSON.stringify(result));
process.exit();

/** Typed messages, kept in an array unless memory is what is measured. */
async function readTyped({ server, account, pageSize, messages }: Task, dropping: boolean): Promise<CaughtUp> {
  const client = createClient({
    jid: account.jid, password: account.password, tls: { ca: server.caPem }, service: `xmpps://${server.host}:${server.ports.c2sTls}`,
  });
  await client.start();
  const kept: Kept[] = [];
  const heap: number[] = [];
  let pages = 0;
  let count = 0;
  const { start, before } = begin();
  for await (const { items } of queryArchive(client, {}, { pageSize }).pages()) {
    pages++;
    count += items.length;
    if (!dropping) for (const { id, time, stanza } of items) kept.push({ id, time, from: String(stanza?.attrs['from']), body: messageBody.find(stanza!)?.text });
    else if (count >= (messages * (heap.length === 0 ? 1 : 4)) / 4) {
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  const wall = performance.now() - start;
  const cpu = cpuSince(before);
  // Every message says its number; what is missing, doubled or out of order shows.
  kept.forEach(({ body }, index) => {
    if (!body?.startsWith(`${index} `)) throw new Error(`message ${index} of the archive reads ${String(body)}`);
  });
  return { wall, cpu, pages, messages: count, heap };
}

/**
 * Asks for one page after the other and reads nothing but where each ends: what the server and the socket cost. With
 * stream management (XEP-0198), as any client that means to lose nothing: in Prosody it is a fifth of the time.
 */
function countBytes({ server, account, pageSize }: Task): Promise<CaughtUp> {
  const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${server.domain}' version='1.0'>`;
  const plain = Buffer.from(`\0${account.user}\0${account.password}`).toString('base64');
  const { promise, resolve, reject } = Promise.withResolvers<CaughtUp>();
  const socket = connect({ host: server.host, port: server.ports.c2sTls, servername: server.domain, ca: server.caPem });
  socket.setNoDelay();
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the server closed the connection')));
  socket.once('secureConnect', () => socket.write(header));

  let from = { start: 0, before: process.cpuUsage() };
  let pages = 0;
  const ask = (after: string): void => {
    socket.write(
      `<iq type='set' id='p${pages}'><query xmlns='urn:xmpp:mam:2' queryid='q'><set xmlns='http://jabber.org/protocol/rsm'>` +
        `<max>${pageSize}</max>${after}</set></query></iq>`,
    );
  };
  /** What is waited for, and what is done when it has come: `text` is the end of what came. */
  const steps: [until: string, then: (text: string) => void][] = [
    ['</stream:features>', () => socket.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`)],
    ['<success', () => socket.write(header)],
    ['</stream:features>', () => socket.write(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`)],
    ['</bind>', () => socket.write(`<enable xmlns='urn:xmpp:sm:3' resume='true'/>`)],
    [
      '<enabled',
      () => {
        from = begin();
        ask('');
      },
    ],
  ];
  function pageEnded(text: string): void {
    pages++;
    const fin = text.slice(text.lastIndexOf('<fin'));
    const last = /<last>(.*?)<\/last>/.exec(fin)?.[1];
    if (last !== undefined && !/complete=['"]true/.test(fin)) return ask(`<after>${last}</after>`);
    resolve({ wall: performance.now() - from.start, cpu: cpuSince(from.before), pages, heap: [] });
  }

  let results = 0;
  let tail = Buffer.alloc(0);
  socket.on('data', (data) => {
    // What is waited for may be torn by the edge of two chunks; `<fin>` with all in it is shorter than what is kept.
    const seen = Buffer.concat([tail, data]);
    for (let end = data.indexOf('</result>'); end !== -1; end = data.indexOf('</result>', end + 1)) results++;
    // What a tag torn by an edge leaves out is acknowledged too little, which does no harm.
    if (data.includes('<r xmlns')) socket.write(`<a xmlns='urn:xmpp:sm:3' h='${results + pages}'/>`);
    const [until, then] = steps[0] ?? ['</fin>', pageEnded];
    const at = seen.lastIndexOf(until);
    tail = at === -1 ? seen.subarray(-2048) : Buffer.alloc(0);
    if (at === -1) return;
    steps.shift();
    then(seen.toString('utf8', Math.max(0, at - 2048), at + 64));
  });
  return promise;
}

function begin(): { readonly start: number; readonly before: NodeJS.CpuUsage } {
  return { start: performance.now(), before: process.cpuUsage() };
}
