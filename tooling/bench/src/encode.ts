import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Element } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { parseElement } from '@xeps/core/xml';
import { messageBody, messageStanza } from '@xeps/rfc-6121';
import { encodeStanza } from '@xeps/stream';
import { receiptRequest } from '@xeps/xep-0184';
import { mamResult } from '@xeps/xep-0313';
import { originId, stanzaId } from '@xeps/xep-0359';
import { createElement, type Element as LtxElement } from 'ltx';
import type { Corpus } from './corpus.ts';
import type { Bench, Subject } from './harness.ts';

const require = createRequire(import.meta.url);
const { Registry } = require('stanza/jxt') as {
  Registry: new () => {
    define(definitions: unknown): void;
    export(path: string, value: object): { toString(): string };
  };
};
const { default: protocol } = require('stanza/protocol') as { default: unknown };

/** A message as an app knows it; addresses are of the library's own type. */
interface Message<Address> {
  readonly id: string;
  readonly from: Address;
  readonly to: Address;
  readonly lang: string;
  readonly body: string;
  readonly receipt: boolean;
  readonly stanzaId: string;
  readonly archive: { readonly id: string; readonly queryid: string; readonly time: Date; readonly by: Address };
}

const markable = element('urn:xmpp:chat-markers:0', 'markable');

/** Chat messages as apps send them: body, request for a receipt, markable, origin-id. From typed values to text. */
export function encodeMessages(corpus: Corpus, name: string): Bench {
  const { ours, theirs } = values(corpus);
  const registry = createRegistry();
  const records = theirs.map(({ id, from, to, lang, body, receipt }) => ({ id, from, to, lang, body, receipt }));
  return bench(name, records, [
    subject('xeps', ours, (message) => encodeStanza(typedMessage(message, [])).text),
    subject('ltx', theirs, (message) => ltxMessage(message, {}).toString()),
    subject('stanza', theirs.map(stanzaMessage), (message) => registry.export('message', message).toString()),
  ]);
}

/** Archive results as a server writes them: result, forwarded, delay, and the message with its stanza-id. */
export function encodeArchive(corpus: Corpus, name: string): Bench {
  const { ours, theirs } = values(corpus);
  const registry = createRegistry();
  return bench(name, theirs, [
    subject('xeps', ours, (message) => {
      const { id, queryid, time, by } = message.archive;
      const stanza = typedMessage(message, [stanzaId.encode({ id: message.stanzaId, by })]);
      return mamResult.stringify({ id, queryid, forwarded: { delay: { stamp: time }, stanza } });
    }),
    subject('ltx', theirs, ltxResult),
    subject('stanza', theirs.map(stanzaResult), (result) => registry.export('message.archive', result).toString()),
  ]);
}

function typedMessage({ id, from, to, lang, body, receipt }: Message<Jid>, more: readonly Element[]): Element {
  const payloads = [markable.encode({}), originId.encode({ id }), ...more];
  if (receipt) payloads.push(receiptRequest.encode({}));
  return messageStanza.encode({ id, from, to, type: 'chat', lang, body: new Map([['', body]]), payloads });
}

function ltxMessage(
  { id, from, to, lang, body, receipt }: Message<string>,
  attrs: object,
  ...more: LtxElement[]
): LtxElement {
  return createElement(
    'message',
    { ...attrs, id, from, to, 'type': 'chat', 'xml:lang': lang },
    createElement('body', {}, body),
    createElement('markable', { xmlns: 'urn:xmpp:chat-markers:0' }),
    createElement('origin-id', { xmlns: 'urn:xmpp:sid:0', id }),
    ...more,
    ...(receipt ? [createElement('request', { xmlns: 'urn:xmpp:receipts' })] : []),
  );
}

function ltxResult(message: Message<string>): string {
  const { id, queryid, time, by } = message.archive;
  return createElement(
    'result',
    { xmlns: 'urn:xmpp:mam:2', id, queryid },
    createElement(
      'forwarded',
      { xmlns: 'urn:xmpp:forward:0' },
      createElement('delay', { xmlns: 'urn:xmpp:delay', stamp: time.toISOString() }),
      ltxMessage(
        message,
        { xmlns: 'jabber:client' },
        createElement('stanza-id', { xmlns: 'urn:xmpp:sid:0', id: message.stanzaId, by }),
      ),
    ),
  ).toString();
}

/** What stanza calls a message. */
function stanzaMessage({ id, from, to, lang, body, receipt }: Message<string>): object {
  return {
    id,
    from,
    to,
    type: 'chat',
    lang,
    body,
    originId: id,
    marker: { type: 'markable' },
    ...(receipt && { receipt: { type: 'request' } }),
  };
}

function stanzaResult(message: Message<string>): object {
  const { id, queryid: queryId, time: timestamp, by } = message.archive;
  const stanzaIds = [{ id: message.stanzaId, by }];
  return { id, queryId, item: { delay: { timestamp }, message: { ...stanzaMessage(message), stanzaIds } } };
}

/** The archive's messages that have a body. */
function values(corpus: Corpus): {
  readonly ours: readonly Message<Jid>[];
  readonly theirs: readonly Message<string>[];
} {
  const texts = corpus.archive.filter((text) => text.includes('<body>'));
  const theirs = texts.map((text): Message<string> => {
    const { id, queryid = '', forwarded } = mamResult.find(parseElement(text))!;
    const stanza = forwarded.stanza!;
    const { 'id': messageId, from, to, 'xml:lang': lang } = stanza.attrs as Readonly<Record<string, unknown>>;
    const assigned = stanzaId.find(stanza)!;
    return {
      id: String(messageId),
      from: String(from),
      to: String(to),
      lang: String(lang),
      body: messageBody.find(stanza)!.text,
      receipt: receiptRequest.find(stanza) !== undefined,
      stanzaId: assigned.id,
      // With milliseconds, because stanza writes them even where there are none.
      archive: { id, queryid, time: new Date(forwarded.delay!.stamp.getTime() + 123), by: String(assigned.by) },
    };
  });
  const ours = theirs.map((message): Message<Jid> => ({
    ...message,
    from: parseJid(message.from),
    to: parseJid(message.to),
    archive: { ...message.archive, by: parseJid(message.archive.by) },
  }));
  return { ours, theirs };
}

function createRegistry(): InstanceType<typeof Registry> {
  const registry = new Registry();
  registry.define(protocol);
  return registry;
}

function subject<T>(name: string, items: readonly T[], write: (item: T) => string): Subject {
  return {
    name,
    verify() {
      const hash = createHash('sha256');
      for (const item of items) hash.update(JSON.stringify(canonical(parseElement(write(item)), 'jabber:client')));
      return `${items.length} elements, ${hash.digest('hex')}`;
    },
    run() {
      let length = 0;
      for (const item of items) {
        const text = write(item);
        // A look at one character makes a rope flat, as writing it to a socket does: no subject leaves that work for later.
        length += text.length + (text.charCodeAt(text.length - 1) & 1);
      }
      return length;
    },
  };
}

/** `JSON.stringify` is the most that could be hoped for. What it writes is no XML, so that nothing is to be compared. */
function bench(name: string, records: readonly object[], subjects: readonly [Subject, ...Subject[]]): Bench {
  const json = {
    ...subject('JSON.stringify', records, (record) => JSON.stringify(record)),
    verify: subjects[0].verify,
  };
  return { name, bytes: subjects[0].run(), subjects: [...subjects, json] };
}

/** An element whatever the order of its attributes and payloads, which means nothing. */
function canonical({ name, attrs, children }: Element, inherited?: string): unknown {
  const attributes = Object.entries(attrs as Readonly<Record<string, unknown>>)
    .filter(([key, value]) => value !== undefined && !(key === 'xmlns' && value === inherited))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const content = children.map((child) =>
    typeof child === 'string' ? child : JSON.stringify(canonical(child as Element)),
  );
  return [name, attributes, content.toSorted()];
}
