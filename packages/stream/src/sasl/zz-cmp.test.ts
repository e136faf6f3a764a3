import { test } from 'vitest';
import { saslprep as now } from './saslprep.ts';
import { saslprep as old } from './zz-old.ts';
const run = (f: (t: string) => string, t: string): string => { try { return f(t); } catch (e) { return (e as Error).message; } };
test('same', () => {
  const diff: string[] = [];
  for (let c = 0; c <= 0x10ffff; c++) {
    const ch = String.fromCodePoint(c);
    for (const t of [`a${ch}`, ch, `${ch}a`, `\u05d0${ch}\u05d1`, `1${ch}`, `${ch}1`]) if (run(old, t) !== run(now, t)) { diff.push(c.toString(16)); break; }
  }
  console.log(diff.length, diff.slice(0, 200).join(' '));
});
