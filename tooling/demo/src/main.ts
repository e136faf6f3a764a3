// `npm run demo`: a small world on a server in this process, what is found there, and what happens in it.
// `npm run demo -- --server prosody`: the same on a real one.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { oobData } from '@xeps/xep-0066';
import { uploadFile } from '@xeps/xep-0363';
import { connectDevice } from './devices.ts';
import type { Device } from './devices.ts';
import { makePicture } from './picture.ts';
import { embedded, prosody } from './place.ts';
import type { Place } from './place.ts';
import { createTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';
import { history, people } from './world.ts';

/** What has to be ended, the last first. */
const endings: (() => Promise<void>)[] = [];
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error('interrupted')));
});

try {
  await Promise.race([demo(createTranscript(process.stdout)), interrupted]);
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  for (const end of endings.reverse()) await end();
}

async function demo(transcript: Transcript): Promise<void> {
  const { values } = parseArgs({ options: { server: { type: 'string', default: 'embedded' } } });
  if (values.server !== 'embedded' && values.server !== 'prosody') {
    throw new Error(`--server is "${values.server}"; it may be embedded or prosody`);
  }
  const began = performance.now();
  if (values.server === 'prosody')
    transcript.note('Starting Prosody (the first time it is downloaded, about a minute) …');
  const past = history(new Date(), 'localhost');
  const place = await (values.server === 'prosody' ? prosody() : embedded(past));
  endings.push(() => place.stop());
  const [julietsAccount, romeosAccount] = people;

  const started = ((performance.now() - began) / 1_000).toFixed(2);
  transcript.heading(`${place.name}, ${people.length} people, started in ${started} s`);
  if (place.hasPast) await showPast(transcript, place, past.length);
  else transcript.note('  It can be given no past: what happens begins now.');

  transcript.heading('Two people, three devices');
  const garden = keep(await connectDevice(place, romeosAccount, 'garden', transcript));
  const balcony = keep(await connectDevice(place, julietsAccount, 'balcony', transcript, { priority: 5 }));
  const phone = keep(await connectDevice(place, julietsAccount, 'phone', transcript, { service: place.websocket }));
  transcript.note('  romeo/garden and juliet/balcony over TCP with TLS, juliet/phone over WebSocket.');

  await talk(transcript, garden, balcony, phone);
  await sharePicture(transcript, garden, balcony, phone);
  await readBack(transcript, place, past.length);
  transcript.note(`\nAll of it happened, in ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
}

/** What Juliet finds when she comes back: months of it, some of it unread (XEP-0313). */
async function showPast(transcript: Transcript, place: Place, count: number): Promise<void> {
  transcript.heading(`Juliet comes back: ${count} messages of three months, read with xeps`);
  const state = await mkdtemp(join(tmpdir(), 'xeps-demo-state-'));
  endings.push(() => rm(state, { recursive: true, force: true }));
  for (const command of [['sync', '--full'], ['unread'], ['search', 'moon', '--limit', '3']]) {
    transcript.quotes(`xeps ${command.join(' ')}`, await xeps(place, people[0], command, state));
  }
}

/** Runs the command line program, as anybody would. */
async function xeps(
  place: Place,
  { user, password }: { readonly user: string; readonly password: string },
  command: readonly string[],
  state: string,
): Promise<string> {
  const program = fileURLToPath(new URL('../../../apps/cli/src/bin.ts', import.meta.url));
  const connection = ['--jid', `${user}@${place.domain}`, '--service', place.tcp, '--ca', place.caFile];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@xeps/source', program, ...command, ...connection],
    { env: { ...process.env, XEPS_PASSWORD: password, XDG_STATE_HOME: state }, timeout: 30_000 },
  );
  return stdout;
}

function keep(device: Device): Device {
  endings.push(() => device.client.stop());
  return device;
}

/** Messages with receipts (XEP-0184), and copies for the other device (XEP-0280). */
async function talk(transcript: Transcript, garden: Device, balcony: Device, phone: Device): Promise<void> {
  transcript.heading('A conversation, with receipts; the phone gets copies');
  const lines = [
    [garden, balcony, 'But soft! What light through yonder window breaks?', [balcony, phone]],
    [balcony, garden, 'Wherefore art thou Romeo?', [garden, phone]],
    [phone, garden, 'Deny thy father and refuse thy name …', [garden, balcony]],
  ] as const;
  for (const [speaker, listener, words, witnesses] of lines) {
    const seen = witnesses.map((device) => device.gets(words));
    await Promise.all([speaker.say(listener, words), ...seen]);
  }
}

/** A file uploaded (XEP-0363), its address sent (XEP-0066), and fetched on the other side. */
async function sharePicture(transcript: Transcript, garden: Device, balcony: Device, phone: Device): Promise<void> {
  transcript.heading('A picture');
  const picture = makePicture();
  const { url } = await uploadFile(garden.client, {
    name: 'moon.png',
    type: 'image/png',
    size: picture.length,
    body: picture,
  });
  transcript.sees(garden.name, `uploaded moon.png, ${picture.length} bytes`);
  const [message] = await Promise.all([
    balcony.gets(url),
    phone.gets(url),
    garden.say(balcony, url, [oobData.encode({ url })]),
  ]);
  const address = oobData.find(message)?.url;
  if (address === undefined) throw new Error('the message came without the address of the picture');
  const response = await fetch(address);
  const fetched = new Uint8Array(await response.arrayBuffer());
  if (!response.ok || Buffer.compare(fetched, picture) !== 0)
    throw new Error(`${address} is not the picture (HTTP ${response.status})`);
  transcript.sees(
    balcony.name,
    `fetched it: ${response.headers.get('content-type') ?? 'no type'}, the same ${fetched.length} bytes`,
  );
}

/** The archive (XEP-0313), read by the command line program. */
async function readBack(transcript: Transcript, place: Place, before: number): Promise<void> {
  transcript.heading('What the archive has of it, read with xeps');
  const state = await mkdtemp(join(tmpdir(), 'xeps-demo-state-'));
  endings.push(() => rm(state, { recursive: true, force: true }));
  const command = ['history', `romeo@${place.domain}`, '--limit', '4'];
  const output = await xeps(place, people[0], command, state);
  transcript.quotes(`xeps ${command.join(' ')}`, output);
  const count = output.trimEnd().split('\n').length;
  if (count !== 4) throw new Error(`the archive has ${count} messages of the conversation, not 4 (${before} before)`);
}
