import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { firstLoad } from '../src/first-load.ts';

function pageWith(html: string, assets: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'xeps-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), html);
  for (const [name, text] of Object.entries(assets)) writeFileSync(join(folder, 'assets', name), text);
  return folder;
}

test('counts what the page names, and nothing that is loaded later', () => {
  const html = '<script src="./assets/a.js"></script><link rel="stylesheet" href="./assets/b.css">';
  const folder = pageWith(html, { 'a.js': 'a'.repeat(999), 'b.css': 'b', 'later.js': 'c' });
  const bytes = [html, 'a'.repeat(999), 'b'].reduce((sum, text) => sum + gzipSync(text).length, 0);
  expect(firstLoad(folder)).toBe(bytes);
});

test('a page without scripts is none', () => {
  expect(() => firstLoad(pageWith('<p>', {}))).toThrow('names no scripts');
});
