import { parseJid } from '@xeps/core/jid';
import { link } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import {
  approveSubscription,
  cancelSubscription,
  denySubscription,
  presence,
  requestSubscription,
  roster,
  rosterQuery,
  subscriptions,
  unsubscribe,
} from './index.ts';

it.each([
  ['§3.1.1', requestSubscription, 'subscribe'],
  ['§3.1.5', approveSubscription, 'subscribed'],
  ['§3.1.5', denySubscription, 'unsubscribed'],
  ['§3.2.1', cancelSubscription, 'unsubscribed'],
  ['§3.3.1', unsubscribe, 'unsubscribe'],
] as const)('%s %o goes to the account, whatever the address', async (_section, action, type) => {
  const { client, wire } = link();
  await action(client, 'juliet@capulet.lit/balcony');
  expect(wire[0]).toContain(`to="juliet@capulet.lit"`);
  expect(wire[0]).toContain(`type="${type}"`);
});

it('§3.1.1 a request may carry words', async () => {
  const { client, wire } = link();
  await requestSubscription(client, 'juliet@capulet.lit', { status: 'It is I' });
  expect(wire[0]).toContain('<status>It is I</status>');
});

function watch() {
  const joined = link();
  joined.server.handle(rosterQuery, () => ({ items: [] }));
  const api = joined.client.use(subscriptions);
  const log: string[] = [];
  for (const kind of ['request', 'settled', 'subscribed', 'unsubscribed', 'unsubscribe'] as const) {
    api.on(kind, ({ from }) => void log.push(`${kind} ${String(from)}`));
  }
  const waiting = (): string[] => api.requests().map(({ from }) => String(from));
  return { ...joined, api, log, waiting };
}

it('§3.1.3 keeps one request of each account until it is answered, and answers nobody by itself', async () => {
  const { api, inject, log, settle, waiting, wire } = watch();
  inject('<presence type="subscribe" from="juliet@capulet.lit/balcony"><status>May I?</status></presence>');
  inject('<presence type="subscribe" from="juliet@capulet.lit"/>');
  inject('<presence type="subscribe" from="nurse@capulet.lit"/>');
  await settle();
  expect(waiting()).toEqual(['juliet@capulet.lit', 'nurse@capulet.lit']);
  expect(wire.some((line) => line.startsWith('C: <presence'))).toBe(false);
  await api.approve('juliet@capulet.lit');
  await api.deny('nurse@capulet.lit');
  expect(waiting()).toEqual([]);
  expect(wire.filter((line) => line.startsWith('C: <presence')).map((line) => /type="(\w+)"/.exec(line)![1])).toEqual([
    'subscribed',
    'unsubscribed',
  ]);
  expect(log).toEqual([
    'request juliet@capulet.lit',
    'request nurse@capulet.lit',
    'settled juliet@capulet.lit',
    'settled nurse@capulet.lit',
  ]);
});

it('§3.3.3 a request that is taken back, or granted on another device, is no longer there', async () => {
  const { inject, log, settle, waiting } = watch();
  await settle();
  inject('<presence type="subscribe" from="a@b.example"/>');
  inject('<presence type="subscribe" from="c@d.example"/>');
  inject('<presence type="unsubscribe" from="a@b.example"/>');
  inject(
    `<iq type='set' id='p' from='romeo@montague.lit'><query xmlns='jabber:iq:roster'><item jid='c@d.example' subscription='from'/></query></iq>`,
  );
  await settle();
  expect(waiting()).toEqual([]);
  expect(log.slice(2)).toEqual(['settled a@b.example', 'unsubscribe a@b.example', 'settled c@d.example']);
});

it('§3.1.6, §3.2.3 tells what contacts answer, and forged roster pushes settle nothing', async () => {
  const { inject, log, settle, waiting } = watch();
  await settle();
  inject('<presence type="subscribed" from="a@b.example"/>');
  inject('<presence type="unsubscribed" from="a@b.example"/>');
  inject('<presence type="subscribe" from="romeo@montague.lit/x"/>');
  inject('<presence type="subscribe" from="@"/>');
  inject('<presence type="subscribe"/>');
  inject('<presence type="subscribe" from="c@d.example"/>');
  inject(
    `<iq type='set' id='p' from='c@d.example'><query xmlns='jabber:iq:roster'><item jid='c@d.example' subscription='both'/></query></iq>`,
  );
  await settle();
  expect(log).toEqual(['subscribed a@b.example', 'unsubscribed a@b.example', 'request c@d.example']);
  expect(waiting()).toEqual(['c@d.example']);
});

it('§3.1.3 the server tells again in a new session; a flood keeps to its bounds', () => {
  const { inject, restart, waiting } = watch();
  for (let i = 0; i < 1005; i++) inject(`<presence type="subscribe" from="u${i}@evil.example"/>`);
  expect(waiting()).toHaveLength(1000);
  restart();
  expect(waiting()).toEqual([]);
});

it('§3.3.3 a contact whose presence this account no longer gets is not taken for available', async () => {
  const { client, server, inject, settle } = link();
  const both = (jid: string) => ({ jid: parseJid(jid), subscription: 'both' as const });
  server.handle(rosterQuery, () => ({ items: [both('a@b.example'), both('c@d.example'), both('e@f.example')] }));
  client.use(subscriptions);
  const { addresses } = client.use(presence);
  await client.use(roster).loaded();
  for (const jid of ['a@b.example', 'c@d.example', 'e@f.example']) inject(`<presence from='${jid}/1'/>`);
  for (const item of [
    `jid='a@b.example' subscription='from'`,
    `jid='c@d.example' subscription='remove'`,
    `jid='e@f.example' subscription='to'`,
  ]) {
    inject(
      `<iq type='set' id='p' from='romeo@montague.lit'><query xmlns='jabber:iq:roster'><item ${item}/></query></iq>`,
    );
  }
  await settle();
  expect(addresses().map(String)).toEqual(['e@f.example']);
});
