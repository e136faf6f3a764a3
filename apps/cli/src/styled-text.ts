/** The text of a message in lines with styles (XEP-0393). */
import { parseStyling } from '@xeps/xep-0393';
import type { ListItem, StyledBlock, StyledInline } from '@xeps/xep-0393';
import type { Line, Span, Style } from './terminal-text.ts';

const styles: Readonly<Record<string, Style>> = {
  strong: 'bold',
  emphasis: 'italic',
  strike: 'strike',
  code: 'code',
  pre: 'code',
  directive: 'dim',
};

/** A text in lines. `unstyled`: `*` and `_` are meant as they are. */
export function styledLines(text: string, unstyled = false): Line[] {
  const body = text.replaceAll(/\r\n?|[\u2028\u2029]/g, '\n').trimEnd();
  const lines: Span[][] = [[]];
  function add(part: string, looks: readonly Style[]): void {
    for (const [at, piece] of part.split('\n').entries()) {
      if (at > 0) lines.push([]);
      if (piece !== '') lines.at(-1)!.push(looks.length === 0 ? { text: piece } : { text: piece, styles: looks });
    }
  }
  function walk(node: StyledBlock | StyledInline | ListItem, around: readonly Style[]): void {
    const style = styles[node.type];
    const looks = style === undefined || around.includes(style) ? around : [...around, style];
    if ('children' in node) for (const child of node.children) walk(child, looks);
    else add(body.slice(node.start, node.end), looks);
  }
  if (unstyled) add(body, []);
  else for (const block of parseStyling(body)) walk(block, []);
  return lines;
}
