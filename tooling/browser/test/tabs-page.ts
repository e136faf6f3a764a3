/** A page that may be open in several tabs of one account, and shows how each is doing. */
import { browserStore, createClient } from '@xeps/client';
import { Element } from '@xeps/core';

declare global {
  /** What this page's client has been through. */
  var statuses: string[];
  /** The bodies that have come since the page was loaded. */
  var got: string[];
  var say: (to: string, body: string) => Promise<unknown>;
  /** How it has signed in. */
  var byToken: () => boolean | undefined;
}
globalThis.statuses = [];
globalThis.got = [];

const query = new URLSearchParams(location.search);
const get = (name: string): string => query.get(name) ?? '';
const output = document.createElement('output');
document.body.append(output);

const client = createClient({
  jid: get('jid'),
  // Once, for all tabs.
  ...(localStorage.getItem('seen') === null && { password: get('password') }),
  service: get('service'),
  software: 'Tabs',
  allowInsecure: true,
  store: browserStore(),
});
globalThis.say = (to, body) => client.send(new Element('message', { to, type: 'chat' }).c('body').t(body).up());
globalThis.byToken = () => client.signIn?.token;
client.on('message', (message) => void globalThis.got.push(message.getChildText('body') ?? ''));
client.onConnection((connection) => {
  const { status } = connection;
  globalThis.statuses.push(
    status === 'ended' || status === 'waiting' ? `${status}: ${String(connection.error)}` : status,
  );
  if (connection.status !== 'online') return;
  localStorage.setItem('seen', 'yes');
  output.textContent = `${connection.resumed ? 'resumed' : 'online'} ${String(connection.jid)}`;
});
client.start().catch((error: unknown) => (output.textContent = String(error)));
