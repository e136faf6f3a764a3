import { Element } from '@xeps/core';
import { link, xml } from '@xeps/core/testing';
import { expect, it, vi } from 'vitest';
import { conversation, serveArchive } from '../../../packages/xep-0313/test/serve-archive.ts';
import type { Kept, Quirks } from '../../../packages/xep-0313/test/serve-archive.ts';
import { createMissedMessages, createReadings } from './missed-messages.ts';
import type { MissedMessages } from './missed-messages.ts';

const juliet = 'juliet@capulet.lit/balcony';

/** A message as it comes, of which an archive may know another side. */
const live = (body: string, id = body, from = juliet): Element =>
  xml(`<message from='${from}' id='${id}' type='chat'><body>${body}</body></message>`);

/** An archive that grows, and what is missed of it. */
function given(kept: Kept[], quirks: Quirks = {}) {
  const { client, server, restart, settle } = link();
  const asked = serveArchive(server, kept, quirks);
  return { missed: createMissedMessages(client), asked, restart, settle, client, server };
}

/** The ids of what is new when the archive is read. */
async function missedIn(missed: MissedMessages): Promise<string[]> {
  const found: string[] = [];
  for await (const { id, stanza } of missed.read()) if (missed.isNew(stanza!, id)) found.push(id);
  return found;
}

it('what came since the first session began and was not seen, in the order of the archive', async () => {
  const kept = conversation(8);
  const archive = kept.slice(0, 3);
  const { missed } = given(archive);
  await missed.begin();
  archive.push(...kept.slice(3));
  expect([missed.isNew(live('line 3'), 'm3'), missed.isNew(live('line 5'), 'm5')]).toEqual([true, true]);
  // m4 and m6 were under way when the session was lost, m7 came when there was none.
  expect(await missedIn(missed)).toEqual(['m4', 'm6', 'm7']);
  expect(await missedIn(missed)).toEqual([]);
});

it('an archive that was empty is read from its beginning', async () => {
  const kept: Kept[] = [];
  const { missed, asked } = given(kept);
  await missed.begin();
  kept.push(...conversation(2));
  expect(await missedIn(missed)).toEqual(['m0', 'm1']);
  expect(asked.at(-1)!.form?.fields.map(({ name }) => name) ?? []).not.toContain('start');
});

it('what is read and then comes as well does not come twice, nor the other way round', async () => {
  const kept = conversation(4);
  const { missed } = given(kept);
  expect(missed.isNew(live('line 0'), 'm0')).toBe(true);
  kept.forEach((message) => Object.assign(message, { time: new Date() }));
  expect(await missedIn(missed)).toEqual(['m1', 'm2', 'm3']);
  expect(missed.isNew(live('line 2'), 'm2')).toBe(false);
  expect(missed.isNew(live('line 4'), 'm4')).toBe(true);
  expect(missed.isNew(live('line 4'), 'm4')).toBe(false);
});

it('without an id in the archive, the sender’s tells, from that sender and with that text alone', async () => {
  const { missed } = given([]);
  await missed.begin();
  // In one session nothing comes twice, whatever the ids.
  expect([missed.isNew(live('hi', '1'), undefined), missed.isNew(live('hi', '1'), undefined)]).toEqual([true, true]);
  expect(await missedIn(missed)).toEqual([]);
  expect(missed.isNew(live('hi', '1'), undefined)).toBe(false);
  expect(missed.isNew(live('hi', '1'), 'known by now')).toBe(false);
  expect(missed.isNew(live('hi', '2'), undefined)).toBe(true);
  expect(missed.isNew(live('hi', '1', 'mallory@evil.example/x'), undefined)).toBe(true);
  expect(missed.isNew(live('ho', '1'), undefined)).toBe(true);
  const nameless = xml(`<message from='${juliet}'><body>hm</body></message>`);
  expect([missed.isNew(nameless, undefined), missed.isNew(nameless, undefined)]).toEqual([true, true]);
  const origin = (id: string): Element =>
    live('hi', id).cnode(xml(`<origin-id xmlns='urn:xmpp:sid:0' id='o'/>`)).root();
  expect([missed.isNew(origin('3'), undefined), missed.isNew(origin('4'), undefined)]).toEqual([true, false]);
});

it('a sender who gives one id to everything is heard, where the archive tells them apart', async () => {
  const { missed } = given([]);
  await missedIn(missed);
  expect([missed.isNew(live('ok', '1'), 'a'), missed.isNew(live('ok', '1'), 'b')]).toEqual([true, true]);
});

it('where the archive lost the message that it is asked about, time tells', async () => {
  const kept = conversation(3);
  const { missed, asked } = given(kept);
  await missed.begin();
  kept.splice(2, 1);
  kept.push({ id: 'n', from: juliet, body: 'new', time: new Date(Date.UTC(2010, 6, 10, 23, 30)) });
  expect(await missedIn(missed)).toEqual(['n']);
  expect(asked.at(-1)!.form?.fields.find(({ name }) => name === 'start')?.values).toEqual(['2010-07-10T23:02:00Z']);
});

it('reading that fails begins again at the same place, although messages came in the meantime', async () => {
  const kept = conversation(100);
  const archive = kept.slice(0, 1);
  const before: (() => Promise<void>)[] = [];
  const { missed, restart, settle } = given(archive, { before: () => before.shift()?.() });
  await missed.begin();
  archive.push(...kept.slice(1));
  before.push(async () => {
    await settle();
    restart();
  });
  await expect(missedIn(missed)).rejects.toMatchObject({ code: 'ERR_XMPP_DISCONNECTED' });
  for (let at = 30; at < 95; at += 1) expect(missed.isNew(live(`line ${at}`), `m${at}`)).toBe(true);
  await settle();
  expect(await missedIn(missed)).toEqual(kept.filter((_, at) => (at > 0 && at < 30) || at >= 95).map(({ id }) => id));
});

it('a resumed session that passes messages on in another order loses none when it can’t be resumed again', async () => {
  const kept = conversation(200);
  const archive = kept.slice(0, 1);
  const { missed, asked } = given(archive);
  await missed.begin();
  archive.push(...kept.slice(1));
  // Of 1 to 150 all but 140 to 143 came; what came last is 100.
  for (let at = 1; at <= 150; at += 1)
    if (at !== 100 && (at < 140 || at > 143)) missed.isNew(live(`line ${at}`), `m${at}`);
  missed.isNew(live('line 100'), 'm100');
  expect(await missedIn(missed)).toEqual(['m140', 'm141', 'm142', 'm143', ...kept.slice(151).map(({ id }) => id)]);
  // Nor is everything read again.
  expect(Number(asked[1]!.set!.after!.slice(1))).toBeGreaterThan(90);
});

it('an account without an archive: it says so, and what comes comes', async () => {
  const { client } = link();
  const missed = createMissedMessages(client);
  await expect(missed.begin()).rejects.toMatchObject({ condition: 'service-unavailable' });
  await expect(missedIn(missed)).rejects.toMatchObject({ condition: 'service-unavailable' });
  expect(missed.isNew(live('hi'), undefined)).toBe(true);
});

it('the question where the archive ends goes out at once, before what is sent next', async () => {
  const { client, wire } = link();
  const began = createMissedMessages(client).begin();
  void client.send(new Element('presence'));
  expect(wire[0]).toContain('urn:xmpp:mam:2');
  expect(wire[1]).toContain('<presence');
  await expect(began).rejects.toThrow();
});

it('what is archived late, before what was read, is read later, however much came in the meantime', async () => {
  const kept = conversation(200);
  const archive = kept.slice(0, 1);
  const { missed, asked } = given(archive);
  await missed.begin();
  archive.push(...kept.slice(5, 100));
  expect(await missedIn(missed)).toEqual(kept.slice(5, 100).map(({ id }) => id));
  archive.splice(1, 0, ...kept.slice(1, 5));
  archive.push(...kept.slice(100));
  for (let at = 100; at < 200; at += 1) missed.isNew(live(`line ${at}`), `m${at}`);
  expect(await missedIn(missed)).toEqual(['m1', 'm2', 'm3', 'm4']);
  missed.settle();
  // From now on it counts what comes.
  for (let at = 200; at < 300; at += 1) missed.isNew(live(`line ${at}`), `m${at}`);
  archive.push(...conversation(300).slice(200));
  expect(await missedIn(missed)).toEqual([]);
  expect(asked.at(-1)!.set!.after).toBe('m250');
});

it('reads at once and some times later, as long as it finds something, beginning anew with each session', async () => {
  vi.useFakeTimers();
  try {
    const { client } = link();
    const end = new AbortController();
    let reads = 0;
    let found = true;
    let settled = 0;
    const read = (): Promise<boolean> => Promise.resolve((reads += 1) > 0 && found);
    const begin = createReadings({ ...client, signal: end.signal }, read, () => (settled += 1));
    begin();
    expect(reads).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toBe(5);
    begin();
    await vi.advanceTimersByTimeAsync(240_000);
    expect(reads).toBe(13);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([reads, settled]).toEqual([14, 0]);
    found = false;
    await vi.advanceTimersByTimeAsync(1_200_000);
    expect([reads, settled]).toEqual([15, 1]);
    begin();
    end.abort();
    await vi.advanceTimersByTimeAsync(1_200_000);
    expect([reads, settled]).toEqual([16, 1]);
  } finally {
    vi.useRealTimers();
  }
});
