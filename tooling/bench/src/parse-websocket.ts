import { createRequire } from 'node:module';
import { parseElement } from '@xeps/core/xml';
import parseXmpp from '@xmpp/xml/lib/parse.js';
import { parse as parseLtx } from 'ltx';
import { allStanzas, type Corpus } from './corpus.ts';
import type { Bench, Subject } from './harness.ts';
import { createDigest, type LtxTree, type Tree } from './trees.ts';

const { parse: parseStanza } = createRequire(import.meta.url)('stanza/jxt') as { parse(text: string): Tree };

/** WebSocket frames, a stanza each (RFC 7395), to element trees. */
export function parseWebSocket(corpus: Corpus, name: string): Bench {
  // Decoded from bytes as a socket does, so that no string is a rope that the first reader has to flatten.
  const frames = allStanzas(corpus).map((stanza) =>
    Buffer.from(stanza.replace(/^<[a-z]+/, "$& xmlns='jabber:client'")).toString(),
  );
  const subject = (who: string, parse: (frame: string) => LtxTree | Tree): Subject => ({
    name: who,
    verify() {
      const digest = createDigest();
      for (const frame of frames) digest.add(parse(frame));
      return digest.finish();
    },
    run() {
      let count = 0;
      for (const frame of frames) count += parse(frame).children.length;
      return count;
    },
  });
  return {
    name,
    bytes: frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0),
    subjects: [
      subject('@xeps/core', (frame) => parseElement(frame)),
      subject('@xmpp/xml', parseXmpp),
      subject('ltx', (frame) => parseLtx(frame) as LtxTree),
      subject('stanza', (frame) => parseStanza(frame)),
    ],
  };
}
