// Type-checks examples, all in one program, against the sources of the workspace.
import { dirname, join } from 'node:path';

import ts from 'typescript';

import type { Fence } from './fences.ts';
import type { Package } from './workspace.ts';

/** A fault of an example, at its place in the file that it was written in. */
export interface ExampleFault {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  customConditions: ['@xeps/source'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * Compiles each fence as a module of its own, top-level `await` allowed.
 *
 * @param packages whose names an example may import wherever it stands
 * @param root folder from which other modules are found
 */
export function compileExamples(fences: readonly Fence[], packages: readonly Package[], root: string): ExampleFault[] {
  const faults: ExampleFault[] = [];
  const examples = new Map<string, Fence>();
  fences.forEach((fence, index) => {
    const { file, line, info, code } = fence;
    if (info !== 'ts' && info !== 'tsx') {
      faults.push({ file, line: line - 1, message: `a fence is opened with \`ts\` and nothing else, not \`${info}\`` });
    } else if (/^\s*declare\s|@ts-(nocheck|ignore|expect-error)/m.test(code)) {
      faults.push({
        file,
        line,
        message: 'an example imports or makes what it uses: no `declare`, no `@ts-…` comment',
      });
    } else {
      // Where it was written, so that it finds what its package depends on.
      examples.set(join(root, dirname(file), `example-${index}.${info}`), fence);
    }
  });

  const host = ts.createCompilerHost(options);
  const readFromDisk = host.readFile.bind(host);
  const existsOnDisk = host.fileExists.bind(host);
  const parseFromDisk = host.getSourceFile.bind(host);
  host.getCurrentDirectory = () => root;
  host.readFile = (path) => examples.get(path)?.code ?? readFromDisk(path);
  host.fileExists = (path) => examples.has(path) || existsOnDisk(path);
  host.getSourceFile = (path, ...rest) => {
    const example = examples.get(path);
    if (example === undefined) return parseFromDisk(path, ...rest);
    // A module of its own, and of the new kind, whatever the nearest package.json says.
    const source = ts.createSourceFile(path, `${example.code}\nexport {};`, {
      languageVersion: ts.ScriptTarget.ES2023,
    });
    source.impliedNodeFormat = ts.ModuleKind.ESNext;
    return source;
  };
  const cache = ts.createModuleResolutionCache(root, (path) => path, options);
  host.resolveModuleNameLiterals = (literals, containing, redirected, compilerOptions, source) =>
    literals.map((literal) => {
      const { text } = literal;
      // An example may use any package of the workspace, as its reader can: it is found from inside of itself.
      const named = packages.find(({ manifest }) => text === manifest.name || text.startsWith(`${manifest.name}/`));
      const from = examples.has(containing) && named !== undefined ? join(named.path, 'example.ts') : containing;
      const mode = ts.getModeForUsageLocation(source, literal, compilerOptions);
      return ts.resolveModuleName(text, from, compilerOptions, host, cache, redirected, mode);
    });

  const program = ts.createProgram([...examples.keys()], options, host);
  for (const [path, { file, line }] of examples) {
    const source = program.getSourceFile(path);
    if (source === undefined) throw new Error(`${file}:${line}: the compiler did not read the example`);
    for (const diagnostic of [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]) {
      const within = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line;
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n  ');
      faults.push({ file, line: line + within, message });
    }
  }
  return faults;
}
