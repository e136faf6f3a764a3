/** A picture made of nothing but code. */
import { crc32, deflateSync } from 'node:zlib';

/** A picture in PNG: a moon over a balcony at night. */
export function makePicture(size = 96): Uint8Array<ArrayBuffer> {
  const rows: number[] = [];
  for (let y = 0; y < size; y += 1) {
    // PNG §9.2: each row begins with its filter type; 0 is none.
    rows.push(0);
    for (let x = 0; x < size; x += 1) rows.push(...colour(x / size, y / size));
  }
  // PNG §11.2.2: width, height, 8 bits a channel, colour type 2 (RGB), and the only compression, filter and interlace.
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** PNG §5.3: length, type, data, and the CRC of type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(named, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

function colour(x: number, y: number): readonly [number, number, number] {
  if (Math.hypot(x - 0.7, y - 0.28) < 0.14) return [250, 240, 200];
  if (y > 0.72 && (y < 0.77 || Math.floor(x * 24) % 3 === 0)) return [90, 70, 60];
  return [20 + Math.round(40 * y), 24 + Math.round(40 * y), 70 + Math.round(60 * y)];
}
