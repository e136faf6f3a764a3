/** Configuration templates: `@name@` is replaced by a value, and a line that ends in `[lane]` is for that lane only. */
import { readFile } from 'node:fs/promises';

import type { Lane } from './installation.ts';

/**
 * Fills a template's `@name@` places. A line whose comment ends in `[current]` or `[old]` is dropped on the other lane.
 * @throws Error when the template names a value that is not given
 */
export async function renderTemplate(
  file: string,
  lane: Lane,
  values: Readonly<Record<string, string | number>>,
): Promise<string> {
  const dropped = lane === 'current' ? '[old]' : '[current]';
  return (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => !line.trimEnd().endsWith(dropped))
    .join('\n')
    .replace(/@(\w+)@/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`${file}: no value for @${name}@`);
      return String(value);
    });
}
