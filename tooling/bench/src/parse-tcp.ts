import { createRequire } from 'node:module';
import { StringDecoder } from 'node:string_decoder';
import { createStreamParser } from '@xeps/core/xml';
import XmppParser from '@xmpp/xml/lib/Parser.js';
import { allStanzas, type Corpus } from './corpus.ts';
import type { Bench, Subject } from './harness.ts';
import { createDigest, type LtxTree, type Tree } from './trees.ts';

// stanza is CommonJS, and its files that hold the parser are not among what it exports by name.
const require = createRequire(import.meta.url);
const { Parser: StanzaParser, XMLElement } = require('stanza/jxt') as {
  Parser: new () => {
    on(event: 'startElement', listener: (name: string, attributes: Record<string, string>) => void): unknown;
    on(event: 'endElement' | 'text', listener: (text: string) => void): unknown;
    on(event: 'error', listener: (error: Error) => void): unknown;
    write(text: string): void;
  };
  XMLElement: new (name: string, attributes: Record<string, string>) => StanzaElement;
};
interface StanzaElement extends Tree {
  readonly children: (StanzaElement | string)[];
  readonly parent?: StanzaElement;
  appendChild(child: StanzaElement): StanzaElement;
}

type Deliver = (element: LtxTree | Tree) => void;

/** Bytes of a TCP stream, in pieces as a socket gives them, to element trees. */
export function parseTcp(corpus: Corpus, pieceBytes: number, name: string): Bench {
  const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='b' from='example.org' version='1.0'>`;
  const bytes = Buffer.from(`${header}${allStanzas(corpus).join('')}</stream:stream>`);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(bytes.subarray(at, at + pieceBytes));

  const subject = (who: string, parse: (deliver: Deliver) => void): Subject => ({
    name: who,
    verify() {
      const digest = createDigest();
      parse(digest.add);
      return digest.finish();
    },
    run() {
      let count = 0;
      parse((element) => (count += element.children.length));
      return count;
    },
  });

  return {
    name,
    bytes: bytes.length,
    subjects: [
      subject('@xeps/core', (deliver) => {
        const parser = createStreamParser({ onOpen() {}, onElement: deliver, onClose() {} });
        for (const piece of pieces) parser.write(piece);
        parser.end();
      }),
      // The peers decode each piece by itself and tear characters; a decoder in front of them gives them what they need.
      subject('@xmpp/xml', (deliver) => {
        const parser = new XmppParser();
        const decoder = new StringDecoder('utf8');
        parser.on('element', deliver);
        parser.on('error', raise);
        for (const piece of pieces) parser.write(decoder.write(piece));
      }),
      subject('stanza', (deliver) => {
        const parser = new StanzaParser();
        const decoder = new StringDecoder('utf8');
        let depth = 0;
        let current: StanzaElement | undefined;
        parser.on('startElement', (tag, attributes) => {
          if (depth++ === 0) return;
          const element = new XMLElement(tag, attributes);
          current = current === undefined ? element : current.appendChild(element);
        });
        parser.on('text', (text) => current?.children.push(text));
        parser.on('endElement', () => {
          if (--depth === 1 && current !== undefined) deliver(current);
          current = current?.parent;
        });
        parser.on('error', raise);
        for (const piece of pieces) parser.write(decoder.write(piece));
      }),
    ],
  };
}

function raise(error: Error): never {
  throw error;
}
