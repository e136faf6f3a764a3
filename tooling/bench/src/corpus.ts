// What a client receives, made up the same way every time: no clock and no randomness of the machine.

/** Stanzas as a server writes them in a stream whose default namespace is jabber:client, by what they are. */
export interface Corpus {
  readonly archive: readonly string[];
  readonly presences: readonly string[];
  readonly disco: readonly string[];
  readonly rosters: readonly string[];
  readonly vcards: readonly string[];
  readonly omemo: readonly string[];
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// As in a chat of Europeans: ASCII, some accents and references, in one text of six an emoji or another script. (A
// string with one character beyond Latin-1 takes two bytes for each, in every parser.)
const words = (
  'the and you that was for are with his they this have from one had word but not what all were when your can said there use each ' +
  'which she how their will other about out many then them these some her would make like him into time has look two more write see ' +
  'okay tomorrow meeting deploy server release café naïve straße größer señor &amp; &lt;script&gt; https://example.org/path?a=1&amp;b=2'
).split(' ');
const beyond = ['👍', '😀', '🎉', '日本語', 'привет', '❤️'];

/** `scale` 1 is the full corpus; less makes every part smaller. */
export function createCorpus(scale = 1): Corpus {
  const random = createRandom(20_261_122);
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const base64 = (bytes: number): string =>
    Buffer.from(Array.from({ length: bytes }, () => below(256))).toString('base64');
  const sentence = (least: number, most: number): string =>
    Array.from({ length: least + below(most - least) }, () => pick(words)).join(' ') +
    (random() < 1 / 6 ? ` ${pick(beyond)}` : '');
  const stamp = (index: number): string =>
    new Date(Date.UTC(2026, 0, 1) + index * 61_000).toISOString().replace(/\.\d+Z/, 'Z');
  const many = (count: number, make: (index: number) => string): readonly string[] =>
    Array.from({ length: Math.max(1, Math.round(count * scale)) }, (_, index) => make(index));
  const me = 'juliet@example.org';
  const people = Array.from(
    { length: 40 },
    (_, index) =>
      `${pick(['romeo', 'nurse', 'mercutio', 'tybalt', 'benvolio'])}${index}@example.${pick(['org', 'net', 'com'])}`,
  );

  return {
    archive: many(20_000, (index) => {
      const other = pick(people);
      const sent = random() < 0.45;
      const id = uuid();
      const [from, to] = sent ? [`${me}/balcony`, other] : [`${other}/phone.${hex(4)}`, me];
      const kind = random();
      const payload =
        kind < 0.8
          ? `<body>${sentence(3, 30)}</body>${random() < 0.5 ? "<request xmlns='urn:xmpp:receipts'/>" : ''}<markable xmlns='urn:xmpp:chat-markers:0'/>${random() < 0.3 ? "<active xmlns='http://jabber.org/protocol/chatstates'/>" : ''}`
          : kind < 0.9
            ? `<displayed xmlns='urn:xmpp:chat-markers:0' id='${uuid()}'/><store xmlns='urn:xmpp:hints'/>`
            : `<received xmlns='urn:xmpp:receipts' id='${uuid()}'/>`;
      return (
        `<message to='${me}/balcony' from='${me}'><result xmlns='urn:xmpp:mam:2' queryid='q${Math.floor(index / 50)}' id='${1_760_000_000_000_000 + index * 7919}'>` +
        `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp(index)}'/>` +
        `<message xmlns='jabber:client' type='chat' id='${id}' to='${to}' from='${from}' xml:lang='en'>${payload}` +
        `<origin-id xmlns='urn:xmpp:sid:0' id='${id}'/><stanza-id xmlns='urn:xmpp:sid:0' by='${me}' id='${uuid()}'/></message></forwarded></result></message>`
      );
    }),
    presences: many(5000, (index) => {
      const nick = `${pick(['alice', 'bob', 'zoë', 'ドラ', 'carol'])}${index}`;
      return (
        `<presence from='room@muc.example.org/${nick}' to='${me}/balcony' id='${hex(12)}' xml:lang='en'>` +
        `${random() < 0.3 ? '<show>away</show>' : ''}${random() < 0.2 ? `<status>${sentence(2, 8)}</status>` : ''}` +
        `<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/client' ver='${base64(20)}'/>` +
        `<x xmlns='vcard-temp:x:update'><photo>${hex(40)}</photo></x><occupant-id xmlns='urn:xmpp:occupant-id:0' id='${base64(24)}'/>` +
        `<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='${pick(['none', 'member', 'admin'])}' role='participant' jid='${pick(people)}/${hex(8)}'/></x></presence>`
      );
    }),
    disco: many(1000, (index) => {
      const features = Array.from(
        { length: 30 + below(40) },
        () => `<feature var='urn:xmpp:${pick(words.slice(0, 40))}:${below(400)}'/>`,
      ).join('');
      return (
        `<iq type='result' from='${pick(people)}/${hex(8)}' to='${me}/balcony' id='d${index}'><query xmlns='http://jabber.org/protocol/disco#info' node='https://example.org/client#${base64(20)}'>` +
        `<identity category='client' type='pc' name='Example 1.${below(20)}'/>${features}<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>` +
        `<field var='os'><value>Linux</value></field><field var='software_version'><value>1.${below(99)}</value></field></x></query></iq>`
      );
    }),
    rosters: many(500, (index) => {
      const items = Array.from(
        { length: 20 + below(20) },
        (_, contact) =>
          `<item jid='contact${contact}@example.net' name='${pick(['Zoë', 'Ann', 'Jürgen', 'O&apos;Neil'])} ${contact}' subscription='both'><group>${pick(['Friends', 'Work', 'Famille'])}</group></item>`,
      ).join('');
      return `<iq type='result' to='${me}/balcony' id='r${index}'><query xmlns='jabber:iq:roster' ver='${hex(8)}'>${items}</query></iq>`;
    }),
    vcards: many(
      500,
      (index) =>
        `<iq type='result' from='${pick(people)}' to='${me}/balcony' id='v${index}'><vCard xmlns='vcard-temp'><FN>${sentence(2, 3)}</FN><NICKNAME>nick</NICKNAME><DESC>${sentence(10, 30)}</DESC>` +
        `<PHOTO><TYPE>image/png</TYPE><BINVAL>${base64(3000 + below(3000)).replace(/.{76}/g, '$&\n')}</BINVAL></PHOTO></vCard></iq>`,
    ),
    omemo: many(1000, () => {
      const keys = Array.from({ length: 10 }, () => `<key rid='${below(2 ** 31)}'>${base64(160)}</key>`).join('');
      return (
        `<message from='${pick(people)}/phone' to='${me}' type='chat' id='${uuid()}'><encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='${below(2 ** 31)}'>${keys}<iv>${base64(12)}</iv></header>` +
        `<payload>${base64(100 + below(400))}</payload></encrypted><encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl' name='OMEMO'/><store xmlns='urn:xmpp:hints'/></message>`
      );
    }),
  };
}

/** All stanzas of the corpus, kinds one after another. */
export function allStanzas(corpus: Corpus): readonly string[] {
  return Object.values(corpus as unknown as Readonly<Record<string, readonly string[]>>).flat();
}
