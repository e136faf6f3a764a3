import { isIPv4 } from 'node:net';
import {
  BitString,
  Boolean as Asn1Boolean,
  Constructed,
  Integer,
  ObjectIdentifier,
  OctetString,
  Primitive,
  Sequence,
  Set as Asn1Set,
  UTCTime,
  Utf8String,
  fromBER,
} from 'asn1js';
import type { BaseBlock } from 'asn1js';
import type { KeyPair } from './tls.ts';

/** Whom a certificate is for, and for how long. */
export interface CertificateOptions {
  /** Domain names; the first is the subject. */
  readonly names: readonly [string, ...string[]];
  /** IP addresses. */
  readonly ips?: readonly string[];
  /** Days from now; 365 when left out. */
  readonly days?: number;
  readonly now?: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 86_400_000;

/** Object identifiers, RFC 5280 and RFC 5758. */
const oid = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * Makes a self-signed certificate on P-256 (RFC 5280) that is its own authority: clients that are given it as `ca` trust
 * it, and nothing else does.
 */
export async function makeCertificate(options: CertificateOptions): Promise<KeyPair> {
  const { names, ips = [], days = 365, now = new Date() } = options;
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const spki = await crypto.subtle.exportKey('spki', keys.publicKey);
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);

  const signing = sequence(new ObjectIdentifier({ value: oid.ecdsaWithSha256 }));
  const name = sequence(
    new Asn1Set({
      value: [sequence(new ObjectIdentifier({ value: oid.commonName }), new Utf8String({ value: names[0] }))],
    }),
  );
  // RFC 5280 §4.1
  const body = sequence(
    context(0, [new Integer({ value: 2 })]),
    new Integer({ valueHex: serialNumber() }),
    signing,
    name,
    sequence(
      new UTCTime({ valueDate: new Date(now.getTime() - day) }),
      new UTCTime({ valueDate: new Date(now.getTime() + days * day) }),
    ),
    name,
    encoded(spki),
    context(3, [sequence(...extensions(names, ips))]),
  ).toBER();
  const signature = await crypto.subtle.sign(algorithm, keys.privateKey, body);
  const certificate = sequence(encoded(body), signing, new BitString({ valueHex: derSignature(signature) })).toBER();
  return { key: pem('PRIVATE KEY', pkcs8), certificate: pem('CERTIFICATE', certificate) };
}

function extensions(names: readonly string[], ips: readonly string[]): Sequence[] {
  // §4.2.1.6: [2] dNSName, [7] iPAddress.
  const alternatives = [
    ...names.map((name) => tagged(2, Buffer.from(name, 'ascii'))),
    ...ips.map((ip) => tagged(7, addressBytes(ip))),
  ];
  return [
    extension(oid.subjectAltName, false, sequence(...alternatives)),
    extension(oid.basicConstraints, true, sequence(new Asn1Boolean({ value: true }))),
    // digitalSignature and keyCertSign.
    extension(oid.keyUsage, true, new BitString({ valueHex: Uint8Array.of(0x84).buffer, unusedBits: 2 })),
    extension(oid.extendedKeyUsage, false, sequence(new ObjectIdentifier({ value: oid.serverAuth }))),
  ];
}

function extension(id: string, critical: boolean, value: BaseBlock): Sequence {
  return sequence(
    new ObjectIdentifier({ value: id }),
    ...(critical ? [new Asn1Boolean({ value: true })] : []),
    new OctetString({ valueHex: value.toBER() }),
  );
}

function sequence(...value: BaseBlock[]): Sequence {
  return new Sequence({ value });
}

function context(tagNumber: number, value: BaseBlock[]): Constructed {
  return new Constructed({ idBlock: { tagClass: 3, tagNumber }, value });
}

function tagged(tagNumber: number, bytes: Uint8Array): Primitive {
  return new Primitive({ idBlock: { tagClass: 3, tagNumber }, valueHex: bytes });
}

/** Something that is encoded already. */
function encoded(bytes: ArrayBuffer): BaseBlock {
  return fromBER(bytes).result as BaseBlock;
}

/** §4.1.2.2: positive, and unlike any other. */
function serialNumber(): ArrayBuffer {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.buffer;
}

/** RFC 3279 §2.2.3: what WebCrypto gives as two numbers side by side, as a SEQUENCE of two INTEGERs. */
function derSignature(signature: ArrayBuffer): ArrayBuffer {
  const half = signature.byteLength / 2;
  const integer = (bytes: Uint8Array): Integer => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const value = bytes.subarray(start);
    // A first bit that is set would make it negative.
    return new Integer({ valueHex: Uint8Array.from(value[0]! >= 0x80 ? [0, ...value] : value).buffer });
  };
  return sequence(integer(new Uint8Array(signature, 0, half)), integer(new Uint8Array(signature, half))).toBER();
}

/** The 4 or 16 octets of an address. */
function addressBytes(ip: string): Uint8Array {
  if (isIPv4(ip)) return Uint8Array.from(ip.split('.'), Number);
  const { hostname } = new URL(`http://[${ip}]/`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail ?? '');
  const all = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
