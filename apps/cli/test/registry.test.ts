import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { allEntries, entriesFor, entryNamed } from '../src/registry.ts';
import { specifications } from '../src/registry.generated.ts';

it('knows every specification that has a package', () => {
  const { stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../scripts/registry.ts', import.meta.url)), '--check'],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

it('gives every schema one name', () => {
  const names = allEntries().map(({ spec, name }) => `${spec} ${name}`);
  expect(new Set(names).size).toBe(names.length);
  for (const entry of allEntries()) expect(entryNamed(entry.spec, entry.name)).toBe(entry);
});

it('no schema is exported by two packages, which would make its specification a matter of order', () => {
  const seen = new Map<unknown, string>();
  for (const [spec, exported] of specifications) {
    for (const value of Object.values(exported)) {
      if (typeof value !== 'object' || value === null || !('~headers' in value)) continue;
      expect([spec, seen.get(value) ?? spec]).toEqual([spec, spec]);
      seen.set(value, spec);
    }
  }
});

it('finds schemas by header, with their parts in IQs', () => {
  const info = entriesFor('query', 'http://jabber.org/protocol/disco#info');
  expect(info.map(({ name, roles }) => [name, [...roles]])).toEqual([
    ['discoInfo', ['result']],
    ['discoInfoRequest', ['get']],
  ]);
  expect(entriesFor('query', 'urn:example')).toEqual([]);
  expect(entryNamed('XEP-0313', 'metadataQuery.request')?.roles).toEqual(new Set(['get']));
  expect(entryNamed('XEP-0313', 'constructor')).toBeUndefined();
});
