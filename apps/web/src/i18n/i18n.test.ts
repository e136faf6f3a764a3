import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, test } from 'vitest';
import { de } from './de.ts';
import { en } from './en.ts';

const sources = join(import.meta.dirname, '..');
const code = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/i18n.(?:en|de|i18n.test)\.ts$/.test(name))
  .map((name) => readFileSync(join(sources, name), 'utf8'))
  .join('\n');

/** What a text wants to be told. */
const holes = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)(?=[,}])/g)]
    .map(([, name]) => name!)
    .filter((name, at, all) => all.indexOf(name) === at)
    .sort();

describe('the catalogues', () => {
  test('say nothing that is not used', () => {
    expect(Object.keys(en).filter((key) => !code.includes(`'${key}'`))).toEqual([]);
  });

  test('are complete in each language, with the same places to fill', () => {
    expect(Object.keys(de)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) expect(holes(de[key as keyof typeof en]), key).toEqual(holes(text));
  });

  test('are ICU messages', () => {
    for (const text of [...Object.values(en), ...Object.values(de)]) expect(() => compileMessage(text)).not.toThrow();
  });

  test('are written as the language is: typographic quotes and ellipses', () => {
    for (const text of [...Object.values(en), ...Object.values(de)]) expect(text).not.toMatch(/'|"|\.\.\./);
  });
});
