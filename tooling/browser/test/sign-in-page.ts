/** A page that signs in to the account in its query, and shows the address it got. */
import { createClient } from '@xeps/client';

const query = new URLSearchParams(location.search);
const text = (name: string): string => query.get(name) ?? '';

const shown = document.body.appendChild(document.createElement('output'));
const client = createClient({
  jid: text('jid'),
  password: text('password'),
  service: text('service'),
  allowInsecure: true,
});
try {
  shown.textContent = String(await client.start());
} catch (error) {
  shown.textContent = String(error);
}
