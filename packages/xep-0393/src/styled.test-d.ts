import { expectTypeOf, it } from 'vitest';
import { parseStyling } from './index.ts';
import type { ListItem, StyledBlock, StyledInline, StyledSpan } from './index.ts';

it('the type of a node tells what it has', () => {
  for (const node of parseStyling('')) {
    if (node.type === 'quote') {
      expectTypeOf(node.depth).toEqualTypeOf<number>();
      expectTypeOf(node).not.toHaveProperty('info');
    }
    if (node.type === 'pre') expectTypeOf(node.info).toEqualTypeOf<string | undefined>();
    if (node.type === 'list') expectTypeOf(node.children).toEqualTypeOf<readonly ListItem[]>();
  }
});

it('what has no children is a leaf', () => {
  const render = (node: StyledBlock | StyledInline | ListItem): string =>
    'children' in node ? node.children.map(render).join('') : node.type;
  expectTypeOf(render).returns.toBeString();
  expectTypeOf<Extract<StyledInline, { children: unknown }>>().toEqualTypeOf<StyledSpan>();
});
