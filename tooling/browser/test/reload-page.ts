/**
 * A page that goes on where it was when it is loaded again: tokens in localStorage, the stream in sessionStorage. It shows
 * what it is doing, and keeps for the test what it wrote to the server and what it got.
 */
import { browserStore, createClient } from '@xeps/client';
import { fromJson, toJson } from '@xeps/core/schema';
import { roster, rosterList, sendPresence } from '@xeps/rfc-6121';

declare global {
  var sentFrames: string[];
}
globalThis.sentFrames = [];
const { send } = WebSocket.prototype;
WebSocket.prototype.send = function record(data) {
  globalThis.sentFrames.push(String(data));
  send.call(this, data);
};

const query = new URLSearchParams(location.search);
const get = (name: string): string => query.get(name) ?? '';
const output = document.createElement('output');
document.body.append(output);

// After the first time without a password.
const password = sessionStorage.getItem('seen') === null ? get('password') : undefined;
const client = createClient({
  jid: get('jid'),
  ...(password !== undefined && { password }),
  service: get('service'),
  allowInsecure: true,
  store: browserStore(),
});
const contacts = client.use(roster);
contacts.configure({
  store: {
    load() {
      const kept = sessionStorage.getItem('roster');
      return kept === null ? undefined : fromJson(rosterList, JSON.parse(kept));
    },
    save({ ver, items }) {
      const list = { items: [...items], ...(ver !== undefined && { ver }) };
      sessionStorage.setItem('roster', JSON.stringify(toJson(rosterList, list)));
    },
  },
});
client.on('message', (message) => {
  const body = message.getChildText('body');
  const got = JSON.parse(localStorage.getItem('got') ?? '[]') as string[];
  if (body !== null) localStorage.setItem('got', JSON.stringify([...got, body]));
});
client.on('online', () => {
  sessionStorage.setItem('seen', 'yes');
  void sendPresence(client);
  void contacts.loaded().then(() => (output.textContent = `online ${String(client.jid)} ${contacts.items().length}`));
});
client.on('resumed', ({ restored }) => {
  void contacts
    .loaded()
    .then(() => (output.textContent = `resumed ${String(client.jid)} ${contacts.items().length} ${String(restored)}`));
});
client.start().catch((error: unknown) => (output.textContent = String(error)));
