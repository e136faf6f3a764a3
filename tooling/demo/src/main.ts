// `npm run demo`: the web client, signed in to a small world on a server in this process.
// `npm run demo -- --server prosody`: the same on a real one.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { serveWeb } from '@xeps/web/serve';
import type { ServedWeb } from '@xeps/web/serve';
import { embedded, prosody } from './place.ts';
import type { Place } from './place.ts';
import { playScene } from './scene.ts';
import { createTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';
import { lookAtIt } from './look.ts';
import { history, people } from './world.ts';

/** What has to be ended, the last first. */
const endings: (() => Promise<void>)[] = [];
const interrupted = new Promise<'interrupted'>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve('interrupted'));
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
  const { values } = parseArgs({
    options: {
      server: { type: 'string', default: 'embedded' },
      /** Looks at it and ends, instead of waiting for somebody who does. */
      look: { type: 'boolean', default: !process.stdout.isTTY },
    },
  });
  if (values.server !== 'embedded' && values.server !== 'prosody') {
    throw new Error(`--server is "${values.server}"; it may be embedded or prosody`);
  }
  const began = performance.now();
  if (values.server === 'prosody')
    transcript.note('Starting Prosody (the first time it is downloaded, about a minute) …');
  const past = history(new Date(), 'localhost');
  const place = await (values.server === 'prosody' ? prosody() : embedded(past));
  endings.push(() => place.stop());
  const started = ((performance.now() - began) / 1_000).toFixed(2);
  transcript.heading(`${place.name}, ${people.length} people, started in ${started} s`);
  transcript.note(
    place.hasPast ? `  They have written ${past.length} messages in three months.` : '  It has no past: it begins now.',
  );
  await playScene(place);

  const web = await serveWeb();
  endings.push(() => web.close());
  const [juliet, romeo] = people.map(({ user }) => user);
  transcript.heading('The web client');
  transcript.note(`  as Juliet   ${entrance(web, place, juliet!)}`);
  transcript.note(`  as Romeo    ${entrance(web, place, romeo!)}   (in a private window, or another browser)`);
  transcript.heading('And on the command line');
  const { password } = people[0];
  transcript.note(
    `  XEPS_PASSWORD=${password} pnpm --silent xeps unread --jid juliet@${place.domain} --service ${place.tcp} --ca ${place.caFile}`,
  );

  if (values.look) {
    await lookAtIt(transcript, {
      juliet: entrance(web, place, juliet!),
      romeo: entrance(web, place, romeo!),
    });
    transcript.note(`\nAll of it happened, in ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
    return;
  }
  openInBrowser(entrance(web, place, juliet!));
  transcript.note('\nCtrl-C ends it.');
  await interrupted;
}

function entrance(web: ServedWeb, place: Place, user: string): string {
  const { password } = people.find((person) => person.user === user)!;
  return web.entrance({ address: `${user}@${place.domain}`, password, service: place.websocket });
}

/** Opens an address in the browser that one has; who has none opens it by hand. */
function openInBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  spawn(program!, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
