// The checker: every package under packages/ has the same shape.
import { join } from 'node:path';

import { packagesIn, readJson, repositoryRoot, type Manifest } from '@xeps/repo/workspace';

import { readme, tsconfig } from './documents.ts';
import type { Fault, Rule, Workspace } from './faults.ts';
import { exportConditions, implementedSpecification, manifestFields, workspaceDependencies } from './manifest.ts';
import { browserFirst, declaredImports, documentedExports, fileLength, namespaceNames } from './sources.ts';

export type { Fault } from './faults.ts';

/** The rules, in the order in which their faults are told. */
export const rules: readonly Rule[] = [
  manifestFields,
  implementedSpecification,
  exportConditions,
  workspaceDependencies,
  tsconfig,
  readme,
  declaredImports,
  browserFirst,
  fileLength,
  namespaceNames,
  documentedExports,
];

/** Checks the packages of a workspace, or only those in the folders that are named (`packages/xep-0203`). */
export function checkPackages(root: string = repositoryRoot, folders?: readonly string[]): Fault[] {
  const manifest = readJson<Manifest>(join(root, 'package.json'));
  const shared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }));
  const workspace: Workspace = { root, packages: packagesIn('packages', root), shared };
  return workspace.packages
    .filter(({ folder }) => folders === undefined || folders.includes(folder))
    .flatMap((item) => rules.flatMap((rule) => rule(item, workspace)));
}
