import { createSocket } from 'node:dgram';

/** An SRV record as the scripted server gives it. */
export interface ScriptedSrv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** What to answer for a name: records, a fault by its number (RFC 1035 §4.1.1: 2 SERVFAIL, 3 NXDOMAIN), or nothing at all. */
export type ScriptedAnswer = readonly ScriptedSrv[] | number | 'silence';

/** A DNS server over UDP on loopback. Names that it was not told about do not exist. */
export async function dnsServer(answers: Readonly<Record<string, ScriptedAnswer>>) {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const labels: string[] = [];
    let offset = 12;
    for (let length = query[offset]!; length > 0; length = query[offset]!) {
      labels.push(query.toString('latin1', offset + 1, offset + 1 + length));
      offset += length + 1;
    }
    const question = query.subarray(12, offset + 5);
    const name = labels.join('.');
    asked.push(name);
    const answer = Object.hasOwn(answers, name) ? answers[name]! : 3;
    if (answer === 'silence') return;
    const records = typeof answer === 'number' ? [] : answer;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8580 | (typeof answer === 'number' ? answer : 0), 2); // a response, with authority and recursion
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([header, question, ...records.map(encodeSrv)]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    close: () => new Promise<void>((resolve) => socket.close(resolve)),
  };
}

/** RFC 2782: the question's name by pointer, type 33, class 1, TTL 60. */
function encodeSrv({ priority, weight, port, target }: ScriptedSrv): Buffer {
  const labels = target === '.' ? [] : target.split('.');
  const name = Buffer.concat([
    ...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')),
    Buffer.alloc(1),
  ]);
  const fixed = Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0]);
  for (const [offset, value] of [
    [10, name.length + 6],
    [12, priority],
    [14, weight],
    [16, port],
  ] as const) {
    fixed.writeUInt16BE(value, offset);
  }
  return Buffer.concat([fixed, name]);
}
