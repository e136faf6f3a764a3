// The generated parts of READMEs: the head of a package's, and the table of XEPs in the root's.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { addressOf, implementsOf, nameOf, titleOf, type Package } from './workspace.ts';

/** Opens and closes a generated part of a Markdown file. */
export function markers(part: string): readonly [open: string, close: string] {
  return [`<!-- ${part}:start -->`, `<!-- ${part}:end -->`];
}

/**
 * Puts text between the markers of a generated part.
 *
 * @throws Error when the file lacks the markers
 */
export function replacePart(file: string, content: string, part: string, text: string): string {
  const [open, close] = markers(part);
  const start = content.indexOf(open);
  const end = content.indexOf(close);
  if (start < 0 || end < start) throw new Error(`${file}: lacks the markers ${open} and ${close}`);
  return `${content.slice(0, start + open.length)}\n\n${text}\n\n${content.slice(end)}`;
}

/**
 * The text of a package's `@packageDocumentation` comment, up to its first block tag, as Markdown.
 *
 * @returns undefined when `src/index.ts` has no such comment
 */
export function packageDocumentation(source: string): string | undefined {
  for (const [, comment = ''] of source.matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
    if (!comment.includes('@packageDocumentation')) continue;
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
    const tag = lines.findIndex((line) => line.startsWith('@'));
    return lines.slice(0, tag).join('\n').trim();
  }
  return undefined;
}

/**
 * The head of a package's README, below its name: documentation comment, specification.
 *
 * @throws Error when the package has no documentation comment
 */
export function readmeHead({ folder, path, manifest }: Package): string {
  const index = join(path, 'src', 'index.ts');
  const documentation = existsSync(index) ? packageDocumentation(readFileSync(index, 'utf8')) : undefined;
  if (documentation === undefined || documentation === '') {
    throw new Error(
      `${folder}/src/index.ts: begin it with a comment /** … @packageDocumentation */ that says what it is`,
    );
  }
  const specifications = implementsOf(manifest).map((entry) => {
    const title = titleOf(entry, manifest);
    const name = title === undefined ? nameOf(entry) : `${nameOf(entry)}: ${title}`;
    const version = entry.version === undefined ? '' : `, version ${entry.version}`;
    const note = entry.note === undefined ? '' : `: ${entry.note}`;
    return `Implements [${name}](${addressOf(entry)})${version} (${entry.status}${note}).`;
  });
  return [documentation, specifications.join('\n')].filter((part) => part !== '').join('\n\n');
}

/** Everything that the packages implement, RFCs first, each in the order of its number. */
export function implemented(
  packages: readonly Package[],
): { entry: ReturnType<typeof implementsOf>[number]; by: Package }[] {
  return packages
    .flatMap((by) => implementsOf(by.manifest).map((entry) => ({ entry, by })))
    .sort((a, b) => (nameOf(a.entry) < nameOf(b.entry) ? -1 : 1))
    .sort((a, b) => Number(a.entry.rfc === undefined) - Number(b.entry.rfc === undefined));
}

/** The table of specifications in the root's README. */
export function xepTable(packages: readonly Package[]): string {
  const rows = implemented(packages).map(({ entry, by }) => {
    const status = entry.note === undefined ? entry.status : `${entry.status}: ${entry.note}`;
    const cells = [
      `[${nameOf(entry)}](${addressOf(entry)})`,
      titleOf(entry, by.manifest) ?? '',
      entry.version ?? '',
      status,
      `[${by.manifest.name}](${by.folder})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| Specification | Title | Version | Status | Package |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
