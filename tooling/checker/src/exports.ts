// What the packages export, as the compiler sees it.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

import type { ExportTarget, Package } from '@xeps/repo/workspace';
import ts from 'typescript';

import type { Workspace } from './faults.ts';

/** A name that a package exports. */
export interface Export {
  readonly name: string;
  /** File, below the root, and line of its declaration. */
  readonly where: string;
  /** Whether one of its declarations has a doc comment. */
  readonly documented: boolean;
  /** The text of a constant that is one. */
  readonly value?: string;
}

/** The source files of a package's entries. */
function entriesOf({ path, manifest }: Package): string[] {
  const sources = (target: ExportTarget, condition = ''): string[] => {
    if (target === null) return [];
    if (typeof target === 'string') return condition === '@xeps/source' ? [join(path, target)] : [];
    return Object.entries(target).flatMap(([name, inner]) => sources(inner, name));
  };
  return Object.values(manifest.exports ?? {})
    .flatMap((target) => sources(target))
    .filter((file) => existsSync(file));
}

// One program for all packages of a workspace: they import each other.
const programs = new WeakMap<Workspace, ts.Program>();

function programOf(workspace: Workspace): ts.Program {
  const present = programs.get(workspace);
  if (present !== undefined) return present;
  const program = ts.createProgram(workspace.packages.flatMap(entriesOf), {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@xeps/source'],
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  });
  programs.set(workspace, program);
  return program;
}

/** The text of `const name = 'text'`. */
function constantText(declaration: ts.Declaration | undefined): string | undefined {
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  let value = declaration.initializer;
  while (value !== undefined && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value))) value = value.expression;
  return value !== undefined && ts.isStringLiteralLike(value) ? value.text : undefined;
}

/** The names that a package exports from all its entries and declares itself. */
export function exportsOf(item: Package, workspace: Workspace): Export[] {
  const program = programOf(workspace);
  const checker = program.getTypeChecker();
  const found = new Map<string, Export>();
  for (const entry of entriesOf(item)) {
    const file = program.getSourceFile(entry);
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
    if (module === undefined) continue;
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declaration = symbol.declarations?.[0];
      const source = declaration?.getSourceFile();
      // Exported again from elsewhere: documented there.
      if (declaration === undefined || source === undefined || !source.fileName.startsWith(join(item.path, 'src')))
        continue;
      const line = source.getLineAndCharacterOfPosition(declaration.getStart()).line + 1;
      const value = constantText(declaration);
      found.set(`${exported.name} ${source.fileName}`, {
        name: exported.name,
        where: `${relative(workspace.root, source.fileName)}:${line}`,
        documented: symbol.getDocumentationComment(checker).length > 0,
        ...(value === undefined ? {} : { value }),
      });
    }
  }
  return [...found.values()];
}

/** Every name that can be imported from a package, also what it exports again from another one. */
export function exportedNames(item: Package, workspace: Workspace): ReadonlySet<string> {
  const program = programOf(workspace);
  const checker = program.getTypeChecker();
  const names = new Set<string>();
  for (const entry of entriesOf(item)) {
    const file = program.getSourceFile(entry);
    const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
    if (module === undefined) continue;
    for (const { name } of checker.getExportsOfModule(module)) names.add(name);
  }
  return names;
}
