import { expect, test } from 'vitest';

import { findMirror, parseOsRelease } from './platform.ts';

test('os-release: quoted and bare values', () => {
  const text =
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n# no\nID=debian\n';
  expect(parseOsRelease(text)).toEqual({
    PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)',
    VERSION_ID: '12',
    VERSION_CODENAME: 'bookworm',
    ID: 'debian',
  });
});

test.each([
  ['one-line', 'a.list', 'deb http://mirror.example/debian bookworm main\n', 'http://mirror.example/debian'],
  [
    'one-line with options',
    'a.list',
    'deb [arch=amd64 signed-by=/k.gpg] https://m.example/d bookworm main',
    'https://m.example/d',
  ],
  ['source packages only', 'a.list', 'deb-src http://mirror.example/debian bookworm main', undefined],
  ['commented out', 'a.list', '# deb http://mirror.example/debian bookworm main', undefined],
  ['another suite', 'a.list', 'deb http://mirror.example/debian-security bookworm-security main', undefined],
  ['installation medium', 'a.list', 'deb cdrom:[x]/ bookworm main', undefined],
  [
    'deb822, the second stanza, a continued field',
    'a.sources',
    'Types: deb\nURIs: http://s.example/\nSuites: bookworm-security\n\nTypes: deb deb-src\n# why\nURIs: http://m.example/d\nSuites:\n bookworm\n bookworm-updates\n',
    'http://m.example/d',
  ],
  ['deb822, disabled', 'a.sources', 'Enabled: no\nTypes: deb\nURIs: http://m.example/d\nSuites: bookworm\n', undefined],
  ['a file that is no source list', 'a.sources', '\u0000\u0001 nothing', undefined],
])('mirror: %s', (_, name, text, mirror) => {
  expect(findMirror({ [name]: text }, 'bookworm')).toBe(mirror);
});
