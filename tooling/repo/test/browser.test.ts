import { expect, it } from 'vitest';

import { browserFaults } from '../src/browser.ts';
import { temporaryWorkspace } from '../src/temporary-workspace.ts';
import { packagesIn } from '../src/workspace.ts';

const source = (file: string) => ({ '@xeps/source': file, 'types': './dist/index.d.ts', 'default': './dist/index.js' });
const faultsOf = async (exports: object, files: Record<string, string>) => {
  using workspace = temporaryWorkspace({
    'packages/client/package.json': JSON.stringify({ name: '@xeps/client', type: 'module', exports }),
    ...files,
  });
  const [item] = packagesIn('packages', workspace.root);
  return item === undefined ? ['no package'] : await browserFaults(item);
};

it('finds a Node built-in behind any entry of a package', async () => {
  const entries = { '.': source('./src/index.ts'), './deep': source('./src/deep.ts') };
  const files = {
    'packages/client/src/index.ts': 'export const a = 1;',
    'packages/client/src/deep.ts': "export * from './tcp.ts';",
    'packages/client/src/tcp.ts': "import { connect } from 'node:net';\nexport const open = connect;",
  };
  expect(await faultsOf(entries, files)).toEqual([expect.stringMatching(/tcp\.ts:1: .*node:net/)]);
});

it('takes the browser entry where a package has one', async () => {
  const entries = { '.': { browser: source('./src/index.ts'), ...source('./src/index-node.ts') } };
  const files = {
    'packages/client/src/index.ts': 'export const a = 1;',
    'packages/client/src/index-node.ts': "import { connect } from 'node:net';\nexport const open = connect;",
  };
  expect(await faultsOf(entries, files)).toEqual([]);
});
