/** The devices of the demo: sessions that show what comes in. */
import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { newId, whenOnline } from '@xeps/core';
import type { Element } from '@xeps/core';
import { sendMessage, sendPresence } from '@xeps/rfc-6121';
import { receiptRequest, receipts, waitForReceipt } from '@xeps/xep-0184';
import { carbons } from '@xeps/xep-0280';
import type { Place } from './place.ts';
import type { Transcript } from './transcript.ts';

/** How long anything may take on a server on this machine, in milliseconds. */
const patience = 10_000;

/** Somebody's device. */
export interface Device {
  readonly name: string;
  readonly client: Client;
  /** Says something and waits until a device of the other side has confirmed it. */
  say(to: Device, body: string, payloads?: readonly Element[]): Promise<void>;
  /** Resolves with the next message that has this text, whichever way it comes. */
  gets(body: string): Promise<Element>;
}

/**
 * Signs a device in.
 *
 * @param priority - where messages for the account go: to its device of the highest priority, if that is not negative
 */
export async function connectDevice(
  place: Place,
  account: { readonly user: string; readonly password: string },
  resource: string,
  transcript: Transcript,
  { priority = 0, service = place.tcp }: { readonly priority?: number; readonly service?: string } = {},
): Promise<Device> {
  const name = `${account.user}/${resource}`;
  const client = createClient({
    jid: `${account.user}@${place.domain}`,
    resource,
    password: account.password,
    service,
    tls: { ca: place.ca },
    // The WebSocket of this machine's server has no TLS.
    allowInsecure: true,
  });
  client.use(receipts).setPolicy(() => true);
  const inbox = client.use(carbons);
  inbox.on('message', ({ stanza, direction, copied }) => {
    const body = stanza.getChildText('body');
    if (body === null) return;
    transcript.sees(
      name,
      copied ? `sees a copy of what ${account.user} ${direction === 'sent' ? 'said' : 'got'}` : 'gets it',
    );
  });
  const isCopying = new Promise<void>((resolve, reject) => {
    inbox.on('enabled', () => resolve());
    inbox.on('failed', ({ error }) => reject(error as Error));
  });
  whenOnline(client, () => void sendPresence(client, { priority }).catch(() => undefined));
  await client.start({ signal: AbortSignal.timeout(patience) });
  await isCopying;

  return {
    name,
    client,
    async say(to, body, payloads = []) {
      transcript.says(name, body);
      const id = newId();
      const whom = to.client.jid.bare();
      const receipt = waitForReceipt(client, id, whom, { timeout: patience });
      await sendMessage(client, { id, to: whom, body, payloads: [...payloads, receiptRequest.encode({})] });
      transcript.sees(name, `knows that ${(await receipt).toString().replace(/@[^/]*/, '')} has it`);
    },
    gets: (body) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${name} did not get “${body}” within ${patience} ms`)),
          patience,
        );
        const listening = inbox.on('message', ({ stanza }) => {
          if (stanza.getChildText('body') !== body) return;
          clearTimeout(timer);
          listening[Symbol.dispose]();
          resolve(stanza);
        });
      }),
  };
}
