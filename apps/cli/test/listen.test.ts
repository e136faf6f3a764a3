// What `xeps listen` writes when a server does not go on with the session of a lost connection.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  acceptClient,
  acceptResume,
  answerBind,
  scriptedServer,
} from '../../../packages/client/test/scripted-server.ts';
import type { Peer, ScriptedServer } from '../../../packages/client/test/scripted-server.ts';
import { start } from './xeps.ts';
import type { Running } from './xeps.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await scriptedServer();
});
afterEach(() => server.close());

const account = 'juliet@localhost';
const romeo = 'romeo@example.net/orchard';

function listen(count: number): Running {
  const args = ['listen', '--jid', account, '--service', server.service, '--count', String(count), '--json'];
  return start([...args, '--timeout', '20'], { environment: { XEPS_PASSWORD: 'secret' } });
}

/** A message as it comes, or as it lies in the archive. */
const message = (id: string, more = ''): string =>
  `<message xmlns='jabber:client' type='chat' from='${romeo}' to='${account}' id='${id}'><body>${id}</body>` +
  `<stanza-id xmlns='urn:xmpp:sid:0' by='${account}' id='a-${id}'/>${more}</message>`;

/** Says that the account's ids can be believed. */
async function answerIds(peer: Peer): Promise<void> {
  const [, id] = await peer.heard(
    /<iq [^>]*id="([^"]+)" to="juliet@localhost"><query xmlns="[^"]*disco#info"\/><\/iq>/,
  );
  peer.say(
    `<iq type='result' id='${id!}' from='${account}'><query xmlns='http://jabber.org/protocol/disco#info'>` +
      `<identity category='account' type='registered'/><feature var='urn:xmpp:sid:0'/></query></iq>`,
  );
}

/** Answers the next query of the archive with some of it; resolves with the id that it goes on from. */
async function answerArchive(peer: Peer, ids: readonly string[], meanwhile = ''): Promise<string | undefined> {
  const [, id, queryid, rest] = await peer.heard(
    /<iq [^>]*id="([^"]+)"><query xmlns="urn:xmpp:mam:2" queryid="([^"]+)">(.*?)<\/query><\/iq>/,
  );
  for (const each of ids)
    peer.say(
      `<message from='${account}'><result xmlns='urn:xmpp:mam:2' queryid='${queryid!}' id='a-${each}'><forwarded xmlns='urn:xmpp:forward:0'>` +
        `<delay xmlns='urn:xmpp:delay' stamp='2026-01-02T03:04:05Z'/>${message(each, each === 'asks' ? asks : '')}</forwarded></result></message>`,
    );
  peer.say(meanwhile);
  const edges = ids.length === 0 ? '' : `<first>a-${ids[0]!}</first><last>a-${ids.at(-1)!}</last>`;
  peer.say(
    `<iq type='result' id='${id!}'><fin xmlns='urn:xmpp:mam:2' complete='true'><set xmlns='http://jabber.org/protocol/rsm'>${edges}</set></fin></iq>`,
  );
  return /<after>([^<]*)<\/after>/.exec(rest!)?.[1];
}
const asks = "<request xmlns='urn:xmpp:receipts'/>";

test('the session is refused: what it had not brought is read from the archive, before what comes then, none twice', async () => {
  const listening = listen(6);
  const first = await acceptClient(server, { sm: 'session-1' });
  await answerIds(first);
  // Where the archive ends is asked behind the presence that brings what waited, or Prosody would keep that back.
  await first.heard(/<presence/);
  expect(await answerArchive(first, ['old'])).toBeUndefined();
  first.say(message('1') + message('2'));
  await listening.says('"body":"2"');
  first.cut();
  const { peer } = await acceptResume(server, 'session-1');
  peer.say("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
  await answerBind(peer, `${account}/second`);
  await peer.heard(/<enable [^>]*>/);
  await answerIds(peer);
  await peer.heard(/<presence/);
  // What the server kept for who was away comes as well, and what is new comes before the archive has answered.
  const kept = message('3', "<delay xmlns='urn:xmpp:delay' from='localhost' stamp='2026-01-02T03:04:05Z'/>");
  const meanwhile = kept + message('5') + message('1') + message('6');
  expect(await answerArchive(peer, ['1', '2', '3', 'asks', '5'], meanwhile)).toBe('a-old');
  // As if it had come by itself.
  await peer.heard(/<message [^>]*to="romeo@example.net\/orchard"[^>]*><received [^>]*id="asks"[^>]*\/>/);
  await peer.heard(/<\/stream:stream>/);
  peer.say('</stream:stream>');
  const { code, lines } = await listening.ended;
  expect(lines.map(({ body, delayed, stanzaId }) => [body, delayed === true, stanzaId])).toEqual([
    ['1', false, 'a-1'],
    ['2', false, 'a-2'],
    ['3', true, 'a-3'],
    ['asks', true, 'a-asks'],
    ['5', true, 'a-5'],
    ['6', false, 'a-6'],
  ]);
  expect(code).toBe(0);
});
