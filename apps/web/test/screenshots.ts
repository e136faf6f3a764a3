// `pnpm --filter @xeps/web screenshots [folder] [name …]`: a picture of every screen, or of those that are named, in three
// widths, light and dark.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { embedded } from '../../../tooling/demo/src/place.ts';
import { playScene } from '../../../tooling/demo/src/scene.ts';
import { history } from '../../../tooling/demo/src/world.ts';
import { serveWeb } from '../serve/index.ts';
import { leave, prepare, screens } from './screens.ts';

const [, , given, ...names] = process.argv;
const wanted = screens.filter(({ name }) => names.length === 0 || names.includes(name));
const folder = given ?? fileURLToPath(new URL('../../../docs/web', import.meta.url));
const widths = [
  [390, 844],
  [1024, 768],
  [1600, 900],
] as const;

const web = await serveWeb();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu'],
});

/** WebP, which Playwright does not write by itself: a quarter of the size. */
async function shoot(page: Page, name: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
  await devtools.detach();
  await writeFile(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

await mkdir(folder, { recursive: true });
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, height] of widths) {
    const place = await embedded(history(new Date(), 'localhost'));
    await playScene(place);
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(web.url);
    let inside = false;
    for (const screen of wanted) {
      if (screen.outside !== true && !inside) {
        await page.goto(
          web.entrance({ address: 'juliet@localhost', password: 'what-is-in-a-name', service: place.websocket }),
        );
        await page.locator('a.row').first().waitFor();
        await prepare(page);
        inside = true;
      }
      await screen.open(page);
      await page.waitForTimeout(200);
      await shoot(page, `${screen.name}-${width}-${colorScheme}`);
      await leave(page);
    }
    await context.close();
    await place.stop();
  }
}
await browser.close();
await web.close();
