import { createRequire } from 'node:module';
import { StringDecoder } from 'node:string_decoder';
import type { Element } from '@xeps/core';
import { element, text } from '@xeps/core/schema';
import { createStreamParser, parseElement } from '@xeps/core/xml';
import { mamResult } from '@xeps/xep-0313';
import { originId, stanzaId } from '@xeps/xep-0359';
import { parse as parseLtx } from 'ltx';
import type { Element as LtxElement } from 'ltx';
import { createHash } from 'node:crypto';
import XmppParser from '@xmpp/xml/lib/Parser.js';
import type { Corpus } from './corpus.ts';
import type { Bench, Subject } from './harness.ts';

/** What an app wants of an archived message, however it was read. */
interface Archived {
  readonly id: string;
  readonly time: Date;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly type: string | undefined;
  readonly messageId: string | undefined;
  readonly lang: string | undefined;
  readonly body: string | undefined;
  readonly originId: string | undefined;
  readonly stanzaId: string | undefined;
}
type Deliver = (message: Archived) => void;

const require = createRequire(import.meta.url);
const jxt = require('stanza/jxt') as {
  parse(frame: string): unknown;
  Parser: new () => { on(event: string, listener: (...values: never[]) => void): unknown; write(data: string): void };
  XMLElement: new (name: string, attributes: Record<string, string>) => StanzaElement;
  Registry: new () => { define(definitions: unknown): void; import(element: unknown): StanzaMessage };
};
const { default: protocol } = require('stanza/protocol') as { default: unknown };
interface StanzaElement {
  readonly parent?: StanzaElement;
  readonly children: unknown[];
  appendChild(child: StanzaElement): StanzaElement;
}
/** The part of stanza's typed message that the record is made of. */
interface StanzaMessage {
  readonly archive: {
    readonly id: string;
    readonly item: { readonly delay: { readonly timestamp: Date }; readonly message: StanzaInner };
  };
}
interface StanzaInner {
  readonly from?: string;
  readonly to?: string;
  readonly type?: string;
  readonly id?: string;
  readonly lang?: string;
  readonly body?: string;
  readonly originId?: string;
  readonly stanzaIds?: readonly { readonly id: string }[];
}

const body = element('jabber:client', 'body', { text: text() });

/** Ours: schemas of the packages, as an app would use them. */
function typed(stanza: Element): Archived {
  const { id, forwarded } = mamResult.find(stanza)!;
  const message = forwarded.stanza!;
  const { from, to, type, 'id': messageId, 'xml:lang': lang } = message.attrs as Record<string, string | undefined>;
  return {
    id,
    time: forwarded.delay!.stamp,
    from,
    to,
    type,
    messageId,
    lang,
    body: body.find(message)?.text,
    originId: originId.find(message)?.id,
    stanzaId: stanzaId.find(message)?.id,
  };
}

/** Written by hand over a tree of ltx, as apps on xmpp.js do. */
function byHand(stanza: LtxElement): Archived {
  const result = stanza.getChild('result', 'urn:xmpp:mam:2')!;
  const forwarded = result.getChild('forwarded', 'urn:xmpp:forward:0')!;
  const message = forwarded.getChild('message', 'jabber:client')!;
  const { from, to, type, id, 'xml:lang': lang } = message.attrs as Record<string, string | undefined>;
  return {
    id: result.attrs['id'] as string,
    time: new Date(forwarded.getChild('delay', 'urn:xmpp:delay')!.attrs['stamp'] as string),
    from,
    to,
    type,
    messageId: id,
    lang,
    body: message.getChildText('body') ?? undefined,
    originId: message.getChild('origin-id', 'urn:xmpp:sid:0')?.attrs['id'] as string | undefined,
    stanzaId: message.getChild('stanza-id', 'urn:xmpp:sid:0')?.attrs['id'] as string | undefined,
  };
}

function fromStanza({ archive }: StanzaMessage): Archived {
  const { message, delay } = archive.item;
  return {
    id: archive.id,
    time: delay.timestamp,
    from: message.from,
    to: message.to,
    type: message.type,
    messageId: message.id,
    lang: message.lang,
    body: message.body,
    originId: message.originId,
    stanzaId: message.stanzaIds?.[0]?.id,
  };
}

function fromJson(line: string): Archived {
  const { time, ...rest } = JSON.parse(line) as Omit<Archived, 'time'> & { readonly time: string };
  return { ...rest, time: new Date(time) };
}

function subject(name: string, read: (deliver: Deliver) => void): Subject {
  return {
    name,
    verify() {
      const hash = createHash('sha256');
      let count = 0;
      read((message) => {
        count++;
        hash.update(
          JSON.stringify(message, [
            'id',
            'time',
            'from',
            'to',
            'type',
            'messageId',
            'lang',
            'body',
            'originId',
            'stanzaId',
          ]),
        );
      });
      return `${count} messages, ${hash.digest('hex')}`;
    },
    run() {
      let sum = 0;
      read((message) => (sum += message.id.length + (message.body?.length ?? 0)));
      return sum;
    },
  };
}

/** Archive results to typed messages: from a TCP stream's bytes when `pieceBytes` is given, else from WebSocket frames. */
export function decodeArchive(corpus: Corpus, name: string, pieceBytes?: number): Bench {
  const registry = new jxt.Registry();
  registry.define(protocol);
  const frames = corpus.archive.map((stanza) =>
    Buffer.from(stanza.replace('<message', "<message xmlns='jabber:client'")).toString(),
  );
  const lines = frames.map((frame) => Buffer.from(JSON.stringify(typed(parseElement(frame)))).toString());
  const header = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='b' from='example.org' version='1.0'>`;
  const bytes = Buffer.from(`${header}${corpus.archive.join('')}`);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes ?? bytes.length)
    pieces.push(bytes.subarray(at, at + (pieceBytes ?? bytes.length)));
  const json = subject('JSON.parse', (deliver) => lines.forEach((line) => deliver(fromJson(line))));

  const fromFrames: Subject[] = [
    subject('xeps', (deliver) => frames.forEach((frame) => deliver(typed(parseElement(frame))))),
    subject('ltx, by hand', (deliver) => frames.forEach((frame) => deliver(byHand(parseLtx(frame) as LtxElement)))),
    subject('stanza', (deliver) => frames.forEach((frame) => deliver(fromStanza(registry.import(jxt.parse(frame)))))),
    json,
  ];
  const fromBytes: Subject[] = [
    subject('xeps', (deliver) => {
      const parser = createStreamParser({ onOpen() {}, onElement: (stanza) => deliver(typed(stanza)), onClose() {} });
      for (const piece of pieces) parser.write(piece);
    }),
    subject('ltx, by hand', (deliver) => {
      const parser = new XmppParser();
      const decoder = new StringDecoder('utf8');
      parser.on('element', (stanza) => deliver(byHand(stanza as LtxElement)));
      for (const piece of pieces) parser.write(decoder.write(piece));
    }),
    subject('stanza', (deliver) => {
      const parser = new jxt.Parser();
      const decoder = new StringDecoder('utf8');
      let depth = 0;
      let root: StanzaElement | undefined;
      let current: StanzaElement | undefined;
      parser.on('startElement', (tag: string, attributes: Record<string, string>) => {
        const child = new jxt.XMLElement(tag, attributes);
        if (depth++ === 0) root = child;
        else current = current === undefined ? child : current.appendChild(child);
      });
      parser.on('text', (content: string) => void current?.children.push(content));
      parser.on('endElement', () => {
        if (--depth > 1) {
          current = current?.parent;
          return;
        }
        // As its own StreamParser does: the root knows the namespace.
        deliver(fromStanza(registry.import(Object.assign(current!, { parent: root }))));
        current = undefined;
      });
      for (const piece of pieces) parser.write(decoder.write(piece));
    }),
    json,
  ];
  return { name, bytes: bytes.length, subjects: pieceBytes === undefined ? fromFrames : fromBytes };
}
