// Finds the examples in Markdown files and in doc comments.

/** A fenced block of TypeScript. */
export interface Fence {
  /** Path of the file it stands in. */
  readonly file: string;
  /** Line of its first line of code, from 1. */
  readonly line: number;
  /** What stands after the opening backticks: `ts` or `tsx`, and anything that should not be there. */
  readonly info: string;
  readonly code: string;
}

const opening = /^(\s*)(`{3,})((?:ts|tsx|typescript)\b.*)$/;

/** A line of a doc comment without its margin; undefined outside of comments. */
function commentLines(source: string): (string | undefined)[] {
  let inside = false;
  return source.split('\n').map((line) => {
    if (!inside && /^\s*\/\*\*/.test(line)) inside = true;
    if (!inside) return undefined;
    if (line.includes('*/')) inside = false;
    return line.replace(/^\s*(\/\*\*|\*\/|\* ?)/, '');
  });
}

/**
 * The TypeScript fences of a file, in its order: of a Markdown file, or of the doc comments of a source file.
 *
 * @throws Error that names file and line when a fence is not closed
 */
export function fencesOf(file: string, content: string): Fence[] {
  const lines = file.endsWith('.md') ? content.split('\n') : commentLines(content);
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, margin, ticks, info] = opening.exec(lines[index] ?? '') ?? [];
    if (margin === undefined || ticks === undefined || info === undefined) continue;
    const code: string[] = [];
    const line = index + 2;
    for (index++; ; index++) {
      const text = lines[index];
      if (text === undefined) throw new Error(`${file}:${line - 1}: the fence is not closed`);
      if (text.trim() === ticks) break;
      code.push(text.startsWith(margin) ? text.slice(margin.length) : text);
    }
    fences.push({ file, line, info: info.trim(), code: code.join('\n') });
  }
  return fences;
}

/** Lines (from 1) of `@example` tags of a source file that no fence follows before the next tag or the comment's end. */
export function examplesWithoutFence(source: string): number[] {
  const found: number[] = [];
  let open: number | undefined;
  commentLines(source).forEach((text, index) => {
    const ends = text === undefined || /^\s*@\w/.test(text);
    if (ends && open !== undefined) {
      found.push(open);
      open = undefined;
    }
    if (text === undefined) return;
    if (/^\s*@example\b/.test(text)) open = index + 1;
    if (opening.test(text)) open = undefined;
  });
  return found;
}
