import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';

const folder = dirname(fileURLToPath(import.meta.url));

/**
 * What the page may load and do, whoever serves it. Files of messages come from anywhere, once the user has said so;
 * connections go to whatever server an account has.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Measures that the virtual list and the menus set on elements; scripts can't come in that way.
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' blob: data: https: http://localhost:* http://127.0.0.1:*",
  'media-src blob: https: http://localhost:* http://127.0.0.1:*',
  "connect-src 'self' blob: https: wss: http://localhost:* http://127.0.0.1:* ws://localhost:* ws://127.0.0.1:*",
  "manifest-src 'self'",
  "worker-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Compiles the catalogues of texts, so that the page needs no parser of ICU messages. */
const catalogues: Plugin = {
  name: 'catalogues',
  enforce: 'pre',
  async load(id) {
    const [, language] = /\/i18n\/(en|de)\.ts$/.exec(id) ?? [];
    if (language === undefined) return undefined;
    const module = (await import(pathToFileURL(id).href)) as Readonly<Record<string, Record<string, string>>>;
    const compiled = Object.entries(module[language]!).map(([key, text]) => [key, compileMessage(text)]);
    return `export const ${language} = ${JSON.stringify(Object.fromEntries(compiled))};`;
  },
};

/** Writes the policy into the page. */
const contentSecurity: Plugin = {
  name: 'content-security',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', 'content': policy }, injectTo: 'head-prepend' },
  ],
};

/** The emoji's names, which the picker asks for: from here and from nobody else. */
const emoji: Plugin = {
  name: 'emoji',
  apply: 'build',
  writeBundle({ dir = join(folder, 'dist') }) {
    const source = dirname(createRequire(import.meta.url).resolve('emojibase-data/package.json'));
    for (const language of ['en', 'de']) {
      const target = join(dir, 'emoji', language);
      mkdirSync(target, { recursive: true });
      for (const name of ['data.json', 'messages.json']) cpSync(join(source, language, name), join(target, name));
    }
  },
};

/** Writes the service worker, with the names of the files that it keeps for when there is no connection. */
const serviceWorker: Plugin = {
  name: 'service-worker',
  apply: 'build',
  writeBundle({ dir = join(folder, 'dist') }, bundle) {
    const files = ['./', 'icon.svg', ...Object.keys(bundle).filter((name) => !name.endsWith('.html'))];
    const contents = Object.values(bundle).map((part) => ('code' in part ? part.code : part.source));
    const version = createHash('sha256').update(contents.map(String).join('\n')).digest('hex').slice(0, 16);
    const source = readFileSync(join(folder, 'src', 'service-worker.js'), 'utf8');
    writeFileSync(
      join(dir, 'sw.js'),
      source.replace('__VERSION__', version).replace("['__FILES__']", JSON.stringify(files)),
    );
  },
};

export default defineConfig({
  base: './',
  plugins: [catalogues, react(), contentSecurity, emoji, serviceWorker],
  resolve: {
    conditions: ['@xeps/source', 'browser', 'module', 'import', 'default'],
    // Menus and dialogs would keep the page from scrolling by a style sheet that the policy forbids; it never scrolls.
    alias: { 'react-remove-scroll': join(folder, 'src/ui/no-scroll-lock.tsx') },
  },
  build: { target: 'es2023', modulePreload: { polyfill: false }, chunkSizeWarningLimit: 700, assetsInlineLimit: 0 },
});
