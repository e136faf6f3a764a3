import { DisconnectedError, Element, iqQuery } from '@xeps/core';
import { element } from '@xeps/core/schema';
import { describe, expect, test } from 'vitest';
import { harness, message, next } from './harness.ts';
import { acceptClient, acceptResume, answerBind, authenticate, scriptedServer } from './scripted-server.ts';

const given = harness();
const ping = iqQuery('get', element('urn:xmpp:ping', 'ping', {}));

describe('XEP-0198 through a client', () => {
  test('a cut connection is resumed: nothing lost, nothing repeated, a pending request is answered', async () => {
    const session = given.client();
    const ids: string[] = [];
    session.on('message', (stanza) => ids.push(String(stanza.attrs['id'])));
    let online = 0;
    session.on('online', () => (online += 1));
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    first.say("<message id='in-1'/><message id='in-2'/>");
    const deliveries = [await session.send(message('1')), await session.send(message('2'))];
    await first.heard(/<message id="2"[^>]*>/);
    const answer = session.request(ping, {}, { to: 'localhost' });
    const [, id] = await first.heard(/<iq [^>]*id="([^"]+)"/);
    const resumed = next(session, 'resumed');
    const lost = next(session, 'disconnected');
    first.cut();
    await lost;
    const late = session.send(message('3'));
    const { peer, h } = await acceptResume(given.server, 'session-1');
    expect(h).toBe(2);
    peer.say("<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='1'/><message id='in-3'/>");
    await resumed;
    await late;
    await peer.heard(
      /^<message id="2" to="romeo@localhost"\/><iq [^>]*><ping [^>]*\/><\/iq><r [^>]*\/><message id="3" to="romeo@localhost"\/>/,
    );
    peer.say(`<iq type='result' from='localhost' id='${id!}'/><a xmlns='urn:xmpp:sm:3' h='4'/>`);
    await answer;
    await Promise.all([...deliveries.map(({ acked }) => acked), (await late).acked]);
    expect(ids).toEqual(['in-1', 'in-2', 'in-3']);
    expect(online).toBe(1);
  });

  test('a session that can’t be resumed: messages go out again with a delay, the rest is told', async () => {
    const failures: unknown[] = [];
    const session = given.client({ streamManagement: { onFailed: (error) => failures.push(error) } });
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    const kept = await session.send(message('1'));
    const presence = await session.send(new Element('presence'));
    await first.heard(/<presence\/>/);
    first.cut();
    const { peer } = await acceptResume(given.server, 'session-1');
    peer.say("<failed xmlns='urn:xmpp:sm:3'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
    await answerBind(peer, 'juliet@localhost/second');
    await peer.heard(/<enable [^>]*>/);
    peer.say("<enabled xmlns='urn:xmpp:sm:3' id='session-2' resume='true'/>");
    await peer.heard(
      /^<message id="1" to="romeo@localhost"><delay xmlns="urn:xmpp:delay" stamp="[^"]+Z"\/><\/message>/,
    );
    peer.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    await kept.acked;
    await expect(presence.acked).rejects.toBeInstanceOf(DisconnectedError);
    expect(String(session.jid)).toBe('juliet@localhost/second');
    expect(failures).toHaveLength(1);
  });

  test('a server that never answers <resume/>: asked twice, then there is a new session and nothing is lost', async () => {
    const failures: unknown[] = [];
    const session = given.client({
      streamManagement: { resumeTimeout: 100, onFailed: (error) => failures.push(error) },
    });
    const waits: unknown[] = [];
    session.onConnection((now) => now.status === 'waiting' && waits.push(now.error.name));
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    const kept = await session.send(message('1'));
    await first.heard(/<message/);
    first.cut();
    const online = next(session, 'online');
    const silent = [await acceptResume(given.server, 'session-1'), await acceptResume(given.server, 'session-1')];
    await Promise.all(silent.map(({ peer }) => peer.heard(/<\/stream:stream>/)));
    const peer = await acceptClient(given.server, { sm: 'session-2', jid: 'juliet@localhost/second' });
    await online;
    await peer.heard(/<message id="1" [^>]*><delay /);
    peer.say("<a xmlns='urn:xmpp:sm:3' h='1'/>");
    await kept.acked;
    expect(waits).toEqual([expect.anything(), 'TimeoutError', 'TimeoutError']);
    expect(failures).toMatchObject([{ reason: 'resume', condition: 'remote-server-timeout' }]);
    expect(given.server.count).toBe(4);
  });

  test('the next connection goes where the server keeps the session, and elsewhere if that is gone', async () => {
    const other = await scriptedServer();
    const session = given.client();
    const started = session.start();
    const first = await acceptClient(given.server, { sm: `session-1' location='127.0.0.1:${other.port}` });
    await started;
    first.cut();
    const { peer } = await acceptResume(other, 'session-1');
    const resumed = next(session, 'resumed');
    peer.say("<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='0'/>");
    await resumed;
    await other.close();
    const again = await acceptResume(given.server, 'session-1');
    const back = next(session, 'resumed');
    again.peer.say("<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='0'/>");
    await back;
  });

  test('what comes after a sign-in that was cut in the middle still knows the session', async () => {
    const session = given.client();
    const started = session.start();
    const first = await acceptClient(given.server, { sm: 'session-1' });
    await started;
    await session.send(message('1'));
    await first.heard(/<message/);
    first.cut();
    const half = await given.server.accept();
    await authenticate(half, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>");
    half.cut();
    const { peer } = await acceptResume(given.server, 'session-1');
    peer.say("<resumed xmlns='urn:xmpp:sm:3' previd='session-1' h='0'/>");
    await peer.heard(/^<message id="1"/);
  });
});
