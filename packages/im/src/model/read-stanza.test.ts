import { Element } from '@xeps/core';
import { xml } from '@xeps/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hers, inside, mine, OWN, PEER, says, stanza } from '../../test/model.ts';
import type { Incoming } from './incoming.ts';
import { readStanza } from './read-stanza.ts';

const read = (text: string | Element, fromArchive = false): Incoming | undefined =>
  readStanza(typeof text === 'string' ? xml(text) : text, { own: OWN, time: 7, fromArchive });

describe('with whom the conversation is, and who speaks', () => {
  const muc = `<x xmlns='http://jabber.org/protocol/muc#user'/>`;
  it.each<[string, string, string, string, boolean]>([
    [
      'another account',
      `from='juliet@capulet.lit/balcony' to='romeo@montague.lit'`,
      'juliet@capulet.lit',
      'juliet@capulet.lit',
      false,
    ],
    ['an address in another spelling', `from='Juliet@Capulet.lit'`, 'juliet@capulet.lit', 'juliet@capulet.lit', false],
    ['a server', `from='montague.lit'`, 'montague.lit', 'montague.lit', false],
    ['this account', `from='romeo@montague.lit/a' to='juliet@capulet.lit/b'`, 'juliet@capulet.lit', OWN, true],
    ['this account, to itself', `from='romeo@montague.lit/a' to='romeo@montague.lit'`, OWN, OWN, true],
    ['this account, without an addressee', `from='romeo@montague.lit/a'`, OWN, OWN, true],
    ['nobody: the own server speaks for the account', `to='romeo@montague.lit/a'`, OWN, OWN, true],
    [
      'an account whose name begins like the own one',
      `from='romeo@montague.lit.evil.example/x'`,
      'romeo@montague.lit.evil.example',
      'romeo@montague.lit.evil.example',
      false,
    ],
    [
      'who has the own address as a resource',
      `from='evil.example/romeo@montague.lit'`,
      'evil.example',
      'evil.example',
      false,
    ],
  ])('%s', (_who, attrs, conversation, author, outgoing) => {
    expect(read(`<message ${attrs} type='chat'>${says('a')}</message>`)).toMatchObject({
      conversation,
      author: { address: author },
      outgoing,
    });
  });

  it('an occupant of a room, in private', () => {
    const occupant = 'coven@chat.shakespeare.lit/thirdwitch';
    expect(read(`<message from='${occupant}' type='chat'>${says('a', muc)}</message>`)).toMatchObject({
      conversation: occupant,
      author: { address: occupant },
    });
    expect(
      read(`<message from='romeo@montague.lit/a' to='${occupant}' type='chat'>${says('a', muc)}</message>`),
    ).toMatchObject({
      conversation: occupant,
      author: { address: OWN },
    });
  });
});

describe('what it says', () => {
  it.each<[string, string, Partial<Incoming['what']> | undefined]>([
    ['words', says('a'), { kind: 'message', content: { text: 'a' } }],
    ['a subject alone', '<subject>a</subject>', undefined],
    ['an empty body', '<body/>', { kind: 'message', content: { text: '' } }],
    ['a body that is broken', `<body xmlns='urn:x'>a</body>`, undefined],
    ['a correction', says('b', inside.replace('1')), { kind: 'edit', target: '1' }],
    [
      'a correction that names nothing',
      says('b', `<replace xmlns='urn:xmpp:message-correct:0'/>`),
      { kind: 'message' },
    ],
    ['a correction without words', inside.replace('1'), undefined],
    ['a retraction without an id', says('b', `<retract xmlns='urn:xmpp:message-retract:1'/>`), { kind: 'message' }],
    ['two reactions at once', inside.react('1', '👍') + inside.react('2', '👍'), undefined],
    ['a marker without an id', `<displayed xmlns='urn:xmpp:chat-markers:0'/>`, undefined],
    ['a receipt without an id', `<received xmlns='urn:xmpp:receipts'/>`, undefined],
    ['a carbon’s name in another namespace', `<received xmlns='urn:x' id='1'/>`, undefined],
    [
      'a reply',
      says('> a\nb', `<reply xmlns='urn:xmpp:reply:0' id='1' to='${PEER}'/>`, fallback('urn:xmpp:reply:0', 0, 4)),
      { kind: 'message', content: { text: 'b' }, replyTo: '1' },
    ],
    [
      'a reply whose fallback goes beyond the text',
      says('b', `<reply xmlns='urn:xmpp:reply:0' id='1'/>`, fallback('urn:xmpp:reply:0', 0, 99)),
      { kind: 'message', content: { text: 'b' }, replyTo: '1' },
    ],
    [
      'a fallback for nothing that is there',
      says('> a\nb', fallback('urn:xmpp:reply:0', 0, 4)),
      { kind: 'message', content: { text: '> a\nb' } },
    ],
    [
      'a spoiler',
      says('a', `<spoiler xmlns='urn:xmpp:spoiler:0'>end</spoiler>`),
      { kind: 'message', content: { text: 'a', spoiler: 'end' } },
    ],
    [
      'what is behind a link of the text, and nothing of one that is not there',
      says(
        'see https://the.link.example.com/',
        ...['https://the.link.example.com/', 'https://evil.example/'].map(
          (about) =>
            `<Description xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' rdf:about='${about}'><title xmlns='https://ogp.me/ns#'>A title</title></Description>`,
        ),
      ),
      {
        kind: 'message',
        content: {
          text: 'see https://the.link.example.com/',
          links: [{ url: 'https://the.link.example.com/', host: 'the.link.example.com', title: 'A title' }],
        },
      },
    ],
    [
      'what is encrypted',
      `<encryption xmlns='urn:xmpp:eme:0' namespace='urn:x' name='Enigma'/>`,
      { kind: 'message', content: { text: '', encryption: 'Enigma' } },
    ],
    [
      'a link to a file',
      says('https://files.example/a%20b.png', oob('https://files.example/a%20b.png')),
      {
        kind: 'message',
        content: { text: '', attachments: [{ url: 'https://files.example/a%20b.png', name: 'a b.png', inline: true }] },
      },
    ],
    [
      'a link that runs a program',
      says('javascript:alert(1)', oob('javascript:alert(1)')),
      { kind: 'message', content: { text: 'javascript:alert(1)' } },
    ],
    [
      'a link with a password',
      says('a', oob('https://a:b@files.example/')),
      { kind: 'message', content: { text: 'a' } },
    ],
    [
      'a link that leads out of a folder',
      says('a', oob('https://files.example/..%2F..%2Fetc%2Fpasswd')),
      { kind: 'message' },
    ],
  ])('%s', (_what, content, expected) => {
    const found = read(hers('1', content));
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found?.what).toMatchObject(expected);
  });

  it('no name of a file leads out of a folder', () => {
    const what = read(hers('1', says('a', oob('https://files.example/..%2F..%2Fetc%2Fpasswd'))))!.what;
    expect(what.kind === 'message' && what.content.attachments?.[0]?.name).not.toMatch(/[/\\]/);
  });

  it('a bounce says why', () => {
    const xmlText = stanza(PEER, '1', inside.error('item-not-found'), { type: 'error' });
    expect(read(xmlText)?.what).toEqual({
      kind: 'failed',
      target: '1',
      failure: { condition: 'item-not-found', retry: false },
    });
    expect(read(stanza(PEER, '1', says('a'), { type: 'error' }))?.what).toMatchObject({ kind: 'failed', target: '1' });
  });

  it('a tombstone is the archive’s word alone', () => {
    expect(read(hers('1', inside.tombstone))).toBeUndefined();
    expect(read(hers('1', inside.tombstone), true)?.what).toEqual({
      kind: 'message',
      content: { text: '' },
      retracted: {},
    });
  });

  it('ids: none where they are empty or broken', () => {
    expect(read(hers('', says('a', `<origin-id xmlns='urn:xmpp:sid:0'/>`)))).not.toHaveProperty('id');
    expect(read(hers('', says('a', inside.origin(''))))).not.toHaveProperty('originId');
    expect(read(mine('1', says('a', inside.origin('o'))))).toMatchObject({ id: '1', originId: 'o' });
  });
});

function fallback(what: string, start: number, end: number): string {
  return `<fallback xmlns='urn:xmpp:fallback:0' for='${what}'><body start='${start}' end='${end}'/></fallback>`;
}

function oob(url: string): string {
  return `<x xmlns='jabber:x:oob'><url>${url}</url></x>`;
}

describe('what somebody wants to break it with', () => {
  it('a long text', () => {
    const text = 'word '.repeat(20_000);
    expect(read(hers('1', says(text)))?.what).toMatchObject({ kind: 'message', content: { text } });
  });

  it('a text with very many parts to be left out', () => {
    const ranges = Array.from({ length: 20_000 }, (_, at) => `<body start='${2 * at}' end='${2 * at + 1}'/>`).join('');
    const marks = `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>${ranges}</fallback>`.repeat(3);
    const what = read(hers('1', says('x'.repeat(40_000), `<reply xmlns='urn:xmpp:reply:0' id='1'/>`, marks)))?.what;
    expect(what?.kind).toBe('message');
  });

  it('very many of each payload', () => {
    const content = Object.values(known).flatMap(([name, xmlns]) =>
      `<${name} xmlns='${xmlns}' id='1'>x</${name}>`.repeat(1000),
    );
    expect(() => read(hers('1', content.join('')))).not.toThrow();
  });

  /** Names and namespaces of everything that is read. */
  const known: readonly (readonly [string, string])[] = [
    ['body', 'jabber:client'],
    ['subject', 'jabber:client'],
    ['thread', 'jabber:client'],
    ['error', 'jabber:client'],
    ['x', 'jabber:x:oob'],
    ['x', 'http://jabber.org/protocol/muc#user'],
    ['origin-id', 'urn:xmpp:sid:0'],
    ['replace', 'urn:xmpp:message-correct:0'],
    ['retract', 'urn:xmpp:message-retract:1'],
    ['retracted', 'urn:xmpp:message-retract:1'],
    ['reactions', 'urn:xmpp:reactions:0'],
    ['reaction', 'urn:xmpp:reactions:0'],
    ['displayed', 'urn:xmpp:chat-markers:0'],
    ['markable', 'urn:xmpp:chat-markers:0'],
    ['received', 'urn:xmpp:receipts'],
    ['request', 'urn:xmpp:receipts'],
    ['reply', 'urn:xmpp:reply:0'],
    ['fallback', 'urn:xmpp:fallback:0'],
    ['body', 'urn:xmpp:fallback:0'],
    ['spoiler', 'urn:xmpp:spoiler:0'],
    ['unstyled', 'urn:xmpp:styling:0'],
    ['encryption', 'urn:xmpp:eme:0'],
    ['encrypted', 'urn:xmpp:omemo:2'],
    ['file-sharing', 'urn:xmpp:sfs:0'],
    ['file', 'urn:xmpp:file:metadata:0'],
    ['sources', 'urn:xmpp:sfs:0'],
    ['url-data', 'http://jabber.org/protocol/url-data'],
    ['url', 'jabber:x:oob'],
    ['name', 'urn:xmpp:file:metadata:0'],
    ['size', 'urn:xmpp:file:metadata:0'],
    ['item-not-found', 'urn:ietf:params:xml:ns:xmpp-stanzas'],
    ['text', 'urn:ietf:params:xml:ns:xmpp-stanzas'],
  ];

  const attributes = fc.dictionary(
    fc.constantFrom(
      'id',
      'to',
      'by',
      'for',
      'start',
      'end',
      'type',
      'name',
      'namespace',
      'target',
      'xml:lang',
      'stamp',
      'disposition',
    ),
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('', '1', '-1', '99999999999', 'juliet@capulet.lit', '@', 'wait', 'https://x.example/%zz'),
    ),
    { maxKeys: 4 },
  );
  const { tree } = fc.letrec<{ tree: Element }>((tie) => ({
    tree: fc
      .tuple(
        fc.constantFrom(...known),
        attributes,
        fc.array(
          fc.oneof(
            { depthSize: 'small' },
            fc.string({ unit: 'binary', maxLength: 12 }),
            fc.constant('https://x.example/%zz'),
            tie('tree'),
          ),
          { maxLength: 3 },
        ),
      )
      .map(([[name, xmlns], attrs, children]) => {
        const element = new Element(name, { ...attrs, xmlns });
        for (const child of children) {
          if (typeof child === 'string') element.t(child);
          else element.cnode(child);
        }
        return element;
      }),
  }));

  it('whatever there is in it: it is read, or passed over', () => {
    fc.assert(
      fc.property(
        fc.array(tree, { maxLength: 4 }),
        fc.constantFrom('chat', 'normal', 'error', 'groupchat', 'x', undefined),
        fc.oneof(fc.constant(`${PEER}/device`), fc.constant(undefined), fc.string({ unit: 'binary' })),
        fc.boolean(),
        (children, type, from, fromArchive) => {
          const message = new Element('message', { xmlns: 'jabber:client', from, type, to: OWN, id: '1' });
          for (const child of children) message.cnode(child);
          const one = read(message, fromArchive);
          expect(one === undefined || typeof one.conversation === 'string').toBe(true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
