/** What happens just before one looks: the people of the world write to each other, with the engine that apps are made of. */
import { createClient } from '@xeps/client';
import type { Client } from '@xeps/client';
import { createIm } from '@xeps/im';
import type { Im } from '@xeps/im';
import { memoryStore } from '@xeps/im/memory';
import { presence, requestSubscription, setRosterItem, subscriptions } from '@xeps/rfc-6121';
import { publishNick } from '@xeps/xep-0172';
import { uploadFile } from '@xeps/xep-0363';
import { makePicture } from './picture.ts';
import type { Place } from './place.ts';
import { contacts, people } from './world.ts';

/** Milliseconds for anything on a server on this machine. */
const patience = 20_000;

interface Device {
  readonly client: Client;
  readonly im: Im;
}

type Name = (typeof people)[number]['user'];

/** Plays it; afterwards nobody is online any more. */
export async function playScene(place: Place): Promise<void> {
  const stop = AbortSignal.timeout(patience);
  const devices = new Map<Name, Device>();
  const address = (name: Name): string => `${name}@${place.domain}`;
  try {
    for (const { user, password } of people) devices.set(user, await signIn(place, user, password, stop));
    const of = (name: Name): Device => devices.get(name)!;
    for (const { between, names } of place.hasPast ? [] : contacts) {
      const [first, second] = between;
      await acquaint(of(first).client, address(second), names[0]);
      await acquaint(of(second).client, address(first), names[1]);
    }
    for (const [name, { client }] of devices)
      await publishNick(client, `${name.charAt(0).toUpperCase()}${name.slice(1)}`).catch(() => undefined);

    const [romeo, juliet, nurse] = [of('romeo'), of('juliet'), of('nurse')];
    /** Says something and waits until the other side has it. */
    const say = async (from: Device, to: Name, message: Parameters<Im['send']>[1]): Promise<void> => {
      const peer = of(to);
      const text = typeof message === 'string' ? message : message.text;
      const own = String(from.client.jid.bare());
      await from.im.send(address(to), message);
      await until(peer.im, stop, async () => (await peer.im.messages(own)).at(-1)?.text === text);
    };

    await say(
      romeo,
      'juliet',
      'But soft! What light through yonder window breaks?\n> _It is the east_, and Juliet is the *sun*.',
    );
    const [line] = (await juliet.im.messages(address('romeo'))).slice(-1);
    await say(juliet, 'romeo', { text: 'How camest thou hither, tell me, and wherefore?', replyTo: line!.key });
    await juliet.im.react(line!.key, ['🌹']);
    await say(romeo, 'juliet', 'With love’s light wings did I o’erperch these walls 😊');
    const body = makePicture(480);
    const { url } = await uploadFile(romeo.client, { name: 'moon.png', type: 'image/png', size: body.length, body });
    await say(romeo, 'juliet', {
      text: '',
      attachments: [
        { url, name: 'moon.png', mediaType: 'image/png', size: body.length, width: 480, height: 480, inline: true },
      ],
    });
    const [picture] = (await juliet.im.messages(address('romeo'))).slice(-1);
    await juliet.im.react(picture!.key, ['❤️', '😮']);
    await say(juliet, 'romeo', 'The more I give to thee, the more I have, for both are infinite.');
    await juliet.im.markRead(address('romeo'));
    await Promise.all([...devices.values()].map(({ im }) => im.flush({ signal: stop })));
    await say(nurse, 'juliet', 'Madam!');
    await say(nurse, 'juliet', 'Your lady mother is coming to your chamber. The day is broke; be wary, look about.');
    await nurse.im.flush({ signal: stop });
  } finally {
    for (const { client, im } of devices.values()) {
      await im.close();
      await client.stop();
    }
  }
}

async function signIn(place: Place, user: string, password: string, signal: AbortSignal): Promise<Device> {
  const client = createClient({
    jid: `${user}@${place.domain}`,
    password,
    service: place.tcp,
    tls: { ca: place.ca },
    software: 'xeps demo',
    device: 'Tablet',
  });
  const im = createIm(client, { store: memoryStore() });
  client.use(presence).announce();
  const asking = client.use(subscriptions);
  asking.on('request', ({ from }) => void asking.approve(from).catch(() => undefined));
  await client.start({ signal });
  return { client, im };
}

async function acquaint(client: Client, jid: string, name: string): Promise<void> {
  await setRosterItem(client, { jid, name });
  await requestSubscription(client, jid);
}

/** Resolves when it holds; looks whenever something changes. */
async function until(im: Im, signal: AbortSignal, holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      im.on('change', () => resolve(), { signal });
      // It may have changed in between.
      setTimeout(resolve, 200);
    });
  }
}
