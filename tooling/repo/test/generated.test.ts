import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'ltx';
import { expect, it } from 'vitest';

import { NS_DOAP, NS_RDF, NS_XMPP_DOAP } from '../src/doap.ts';
import { generatedFiles, outOfDate } from '../src/generated.ts';
import { packageDocumentation } from '../src/readme.ts';
import { temporaryWorkspace } from '../src/temporary-workspace.ts';

const packageOf = (name: string, more: object) => JSON.stringify({ name: `@xeps/${name}`, version: '0.0.0', ...more });
const documentation = (text: string) =>
  `/**\n * ${text}\n *\n * Second part.\n * @packageDocumentation\n */\nexport {};\n`;
const files = {
  'package.json': '{ "name": "xeps", "description": "Modern XMPP", "homepage": "https://example.org/xeps" }',
  'README.md': '# xeps\n\n<!-- xeps:start -->\nold\n<!-- xeps:end -->\n\nMore.\n',
  'packages/core/package.json': packageOf('core', { description: 'The core' }),
  'packages/core/README.md': '# @xeps/core\n\n<!-- head:start -->\n<!-- head:end -->\n',
  'packages/core/src/index.ts': documentation('Core & more.'),
  'packages/xep-0203/package.json': packageOf('xep-0203', {
    description: 'XEP-0203: Delayed Delivery',
    dependencies: { '@xeps/core': 'workspace:^' },
    xmpp: { xep: '0203', version: '2.0', status: 'partial', note: 'no <history/> & such' },
  }),
  'packages/xep-0203/README.md': '# @xeps/xep-0203\n\n<!-- head:start -->\n<!-- head:end -->\n\nMore.\n',
  'packages/xep-0203/src/index.ts': documentation('XEP-0203: when it was sent.'),
  'packages/rfc-6121/package.json': packageOf('rfc-6121', {
    description: 'RFC 6121: Instant Messaging',
    xmpp: { rfc: '6121', status: 'complete' },
  }),
  'packages/rfc-6121/README.md': '# @xeps/rfc-6121\n\n<!-- head:start -->\n<!-- head:end -->\n',
  'packages/rfc-6121/src/index.ts': documentation('Rosters.'),
};

it('writes the table of specifications, RFCs first', async () => {
  using workspace = temporaryWorkspace(files);
  const table = new Map((await generatedFiles(workspace.root)).files).get('README.md') ?? '';
  const rows = table.split('\n').filter((line) => line.includes('extensions/') || line.includes('rfc'));
  expect(
    rows.map((row) =>
      row
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    ),
  ).toEqual([
    [
      '[RFC 6121](https://www.rfc-editor.org/rfc/rfc6121.html)',
      'Instant Messaging',
      '',
      'complete',
      '[@xeps/rfc-6121](packages/rfc-6121)',
    ],
    [
      '[XEP-0203](https://xmpp.org/extensions/xep-0203.html)',
      'Delayed Delivery',
      '2.0',
      'partial: no <history/> & such',
      '[@xeps/xep-0203](packages/xep-0203)',
    ],
  ]);
  expect(table.endsWith('<!-- xeps:end -->\n\nMore.\n')).toBe(true);
});

it('XEP-0453 §4.1 writes a DOAP file that is well-formed, in the right namespaces', async () => {
  using workspace = temporaryWorkspace(files);
  const text = new Map((await generatedFiles(workspace.root)).files).get('doap.xml') ?? '';
  const root = parse(text.replace(/^<\?xml[^>]*\?>/, ''));
  expect(root.is('RDF', NS_RDF)).toBe(true);
  const project = root.getChild('Project', NS_DOAP);
  expect(project?.getChildText('name', NS_DOAP)).toBe('xeps');
  const [rfc, xep] = project?.getChildren('implements', NS_DOAP) ?? [];
  expect(rfc?.attrs['rdf:resource']).toBe('https://xmpp.org/rfcs/rfc6121.html');
  const supported = xep?.getChild('SupportedXep', NS_XMPP_DOAP);
  expect(supported?.getChild('xep', NS_XMPP_DOAP)?.attrs['rdf:resource']).toBe(
    'https://xmpp.org/extensions/xep-0203.html',
  );
  expect(supported?.getChildText('status', NS_XMPP_DOAP)).toBe('partial');
  expect(supported?.getChildText('version', NS_XMPP_DOAP)).toBe('2.0');
  expect(supported?.getChildText('note', NS_XMPP_DOAP)).toBe('no <history/> & such');
});

it('makes the head of a README from the documentation comment', async () => {
  using workspace = temporaryWorkspace(files);
  const head = new Map((await generatedFiles(workspace.root)).files).get('packages/xep-0203/README.md');
  expect(head).toBe(`# @xeps/xep-0203

<!-- head:start -->

XEP-0203: when it was sent.

Second part.

Implements [XEP-0203: Delayed Delivery](https://xmpp.org/extensions/xep-0203.html), version 2.0 (partial: no <history/> & such).

<!-- head:end -->

More.
`);
});

it('makes the references of a tsconfig from the dependencies and keeps the options of the package', async () => {
  using workspace = temporaryWorkspace({
    ...files,
    'packages/xep-0203/tsconfig.json':
      '{ "compilerOptions": { "types": ["node"], "strict": false }, "references": [] }',
  });
  const text = new Map((await generatedFiles(workspace.root)).files).get('packages/xep-0203/tsconfig.json') ?? '';
  const tsconfig: unknown = JSON.parse(text);
  expect(tsconfig).toEqual({
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', types: ['node'] },
    include: ['src'],
    exclude: ['src/**/*.test.ts', 'src/**/*.test-d.ts'],
    references: [{ path: '../core' }],
  });
});

it('names what is out of date until it is written', async () => {
  using workspace = temporaryWorkspace(files);
  for (const [path, content] of (await outOfDate(workspace.root)).files)
    writeFileSync(join(workspace.root, path), content);
  expect(await outOfDate(workspace.root)).toEqual({ files: [], faults: [] });
  const file = join(workspace.root, 'packages/core/src/index.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('more', 'less'));
  expect((await outOfDate(workspace.root)).files.map(([path]) => path)).toEqual(['packages/core/README.md']);
});

it('says which README lacks its markers, and which package its comment, and goes on with the others', async () => {
  using workspace = temporaryWorkspace({
    ...files,
    'packages/core/README.md': '# @xeps/core\n',
    'packages/xep-0203/src/index.ts': 'export {};\n',
  });
  const { files: written, faults } = await generatedFiles(workspace.root);
  expect(faults).toEqual([
    expect.stringContaining('packages/core/README.md: lacks the markers <!-- head:start -->'),
    expect.stringContaining('packages/xep-0203/src/index.ts: begin it with a comment'),
  ]);
  expect(written.map(([path]) => path)).toContain('packages/rfc-6121/README.md');
});

it('takes the documentation comment up to its first tag', () => {
  expect(packageDocumentation('/** Other. */\n/**\n * One.\n * @example\n * x\n * @packageDocumentation\n */')).toBe(
    'One.',
  );
  expect(packageDocumentation('/** Other. */')).toBeUndefined();
});
