import { createHash } from 'node:crypto';

/** What every parser's element has in common. */
export interface Tree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly children: readonly (Tree | string)[];
}

/** An ltx element, ours or a peer's. */
export interface LtxTree {
  readonly name: string;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly children: readonly unknown[];
}

/** A digest of a sequence of trees, the same for the same elements whatever parser made them. */
export function createDigest(): { add(tree: Tree | LtxTree): void; finish(): string } {
  const hash = createHash('sha256');
  let count = 0;
  return {
    add(tree) {
      count++;
      hash.update(JSON.stringify(canonical(tree, 'jabber:client')));
    },
    finish: () => `${count} elements, ${hash.digest('hex')}`,
  };
}

/** Without the `xmlns` of a first-level element when it is the stream's own: only some parsers write it. */
function canonical(node: unknown, inherited?: string): unknown {
  if (typeof node === 'string') return node;
  const tree = node as Partial<Tree & LtxTree>;
  const attributes = Object.entries((tree.attrs ?? tree.attributes) as object)
    .filter(([key, value]) => value !== undefined && !(key === 'xmlns' && value === inherited))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [tree.name, attributes, ((tree.children ?? []) as readonly unknown[]).map((child) => canonical(child))];
}
