// `npm run demo`: two people, three devices, a real Prosody on this machine, and what passes between them.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startProsody } from '@xeps/servers';
import type { Account, RunningServer } from '@xeps/servers';
import { oobData } from '@xeps/xep-0066';
import { uploadFile } from '@xeps/xep-0363';
import { connectDevice } from './devices.ts';
import type { Device } from './devices.ts';
import { makePicture } from './picture.ts';
import { createTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';

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
  const began = performance.now();
  transcript.note('Starting Prosody (the first time it is downloaded, about a minute) …');
  const server = await startProsody();
  endings.push(() => server.stop());
  const [romeo, juliet] = [
    await server.createAccount('romeo', 'by-the-moon'),
    await server.createAccount('juliet', 'what-is-in-a-name'),
  ];

  transcript.heading(`Prosody ${server.version}, two people, three devices`);
  const garden = keep(await connectDevice(server, romeo, 'garden', transcript));
  const balcony = keep(await connectDevice(server, juliet, 'balcony', transcript, { priority: 5 }));
  const phone = keep(await connectDevice(server, juliet, 'phone', transcript, { service: server.ws }));
  transcript.note('  romeo/garden and juliet/balcony over TCP with TLS, juliet/phone over WebSocket.');

  await talk(transcript, garden, balcony, phone);
  await sharePicture(transcript, garden, balcony, phone);
  await readBack(transcript, server, juliet, romeo);
  transcript.note(`\nAll of it happened, in ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
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

/** The archive (XEP-0313), read by the command line program, as anybody would. */
async function readBack(transcript: Transcript, server: RunningServer, reader: Account, other: Account): Promise<void> {
  transcript.heading('What the archive has of it, read with xeps');
  const program = fileURLToPath(new URL('../../../apps/cli/src/bin.ts', import.meta.url));
  const connection = ['--jid', reader.jid, '--service', `xmpp://${server.host}:${server.ports.c2s}`, '--ca', server.ca];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@xeps/source', program, 'history', other.jid, ...connection],
    {
      env: { ...process.env, XEPS_PASSWORD: reader.password },
      timeout: 30_000,
    },
  );
  transcript.quotes(`xeps history ${other.jid} --jid ${reader.jid}`, stdout);
  const count = stdout.trimEnd().split('\n').length;
  if (count !== 4) throw new Error(`the archive has ${count} messages of the conversation, not 4`);
}
