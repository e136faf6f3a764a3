import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkPackages } from '@xeps/checker';
import { outOfDate } from '@xeps/repo/generated';
import { temporaryWorkspace } from '@xeps/repo/temporary-workspace';
import { repositoryRoot } from '@xeps/repo/workspace';
import { expect, it } from 'vitest';

import { readHeader } from '../src/header.ts';
import { writePackage } from '../src/new-xep.ts';

const source = `<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE xep SYSTEM 'xep.dtd' [
  <!ENTITY % ents SYSTEM 'xep.ent'>
%ents;
]>
<xep>
<header>
  <title>Nothing &amp; More</title>
  <abstract>This specification defines
    nothing.</abstract>
  &LEGALNOTICE;
  <number>9999</number>
  <status>Draft</status>
  <shortname>no-thing</shortname>
  &stpeter;
  <revision><version>1.0.2</version><date>2026-01-02</date><remark><p>Newest.</p></remark></revision>
  <revision><version>1.0</version><date>2025-01-02</date><remark><p>Older.</p></remark></revision>
</header>
<section1 topic='Introduction'><p>See &xep0030;.</p></section1>
</xep>`;

const root = {
  'package.json':
    '{ "name": "xeps", "devDependencies": { "vitest": "1" }, "repository": { "url": "git+https://example.org/xeps.git" } }',
};

it('reads number, title, newest version, status and short name among entities that only the XSF has', () => {
  expect(readHeader(source)).toEqual({
    number: '9999',
    title: 'Nothing & More',
    version: '1.0.2',
    status: 'Draft',
    abstract: 'This specification defines nothing.',
    shortName: 'no-thing',
  });
});

it('puts in the entities that the document declares itself', () => {
  const declaring = source
    .replace('%ents;', '<!ENTITY xep-number "9998"> <!ENTITY named \'Some &amp; &stpeter;\'>')
    .replace('9999', '&xep-number;')
    .replace('Nothing &amp; More', '&named;');
  expect(readHeader(declaring)).toMatchObject({ number: '9998', title: 'Some &' });
});

it.each(['NOT_YET_ASSIGNED', 'not yet assigned', 'N/A', ''])('a short name of "%s" is none', (name) => {
  expect(readHeader(source.replace('no-thing', name)).shortName).toBeUndefined();
});

it.each([
  ['no <header/>', '<xep/>'],
  ['not four digits', source.replace('9999', 'XXXX')],
  ['<title/> is missing', source.replace(/<title>.*<\/title>/, '')],
  ['<revision/> with a <version/> is missing', source.replace(/<revision>.*<\/revision>/g, '')],
])('says what is wrong with a source: %s', (message, broken) => {
  expect(() => readHeader(broken)).toThrow(message);
});

it('makes a package that the checker passes, once what is generated is there', async () => {
  using workspace = temporaryWorkspace({ ...root, 'README.md': '<!-- xeps:start -->\n<!-- xeps:end -->\n' });
  // The packages that the new one is built on.
  symlinkSync(join(repositoryRoot, 'packages/xep-0199/node_modules'), join(workspace.root, 'node_modules'));
  expect(writePackage(readHeader(source), workspace.root)).toBe('packages/xep-9999');
  for (const [path, content] of (await outOfDate(workspace.root)).files)
    writeFileSync(join(workspace.root, path), content);
  expect(checkPackages(workspace.root)).toEqual([]);
  const read = (path: string) => readFileSync(join(workspace.root, 'packages/xep-9999', path), 'utf8');
  expect(read('src/schema.ts')).toContain("export const NS_NO_THING = 'urn:xmpp:no-thing:0';");
  expect(read('src/schema.ts')).toContain('export interface NoThing extends Infer<typeof noThing> {}');
  expect(read('README.md')).toContain('XEP-9999: Nothing & More. This specification defines nothing.');
});

it('touches nothing of a package that is there', () => {
  using workspace = temporaryWorkspace({ ...root, 'packages/xep-9999/package.json': '{}' });
  expect(() => writePackage(readHeader(source), workspace.root)).toThrow('packages/xep-9999 is there already');
  expect(readFileSync(join(workspace.root, 'packages/xep-9999/package.json'), 'utf8')).toBe('{}');
});
