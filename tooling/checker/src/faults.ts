// What a rule of the checker is, and what it finds.
import type { Package } from '@xeps/repo/workspace';

/** One thing that is not as in every other package. */
export interface Fault {
  /** Name of the rule. */
  readonly rule: string;
  /** File, below the root, with `:line` where there is one. */
  readonly where: string;
  /** What is wrong and how it should be. */
  readonly message: string;
  /** A warning does not fail the check. */
  readonly warning?: boolean;
}

/** What every rule may look at. */
export interface Workspace {
  readonly root: string;
  /** The packages under packages/. */
  readonly packages: readonly Package[];
  /** Dependencies of the root's package.json: what tests may import everywhere. */
  readonly shared: ReadonlySet<string>;
}

/** A rule: looks at one package and says what it finds. */
export type Rule = (item: Package, workspace: Workspace) => readonly Fault[];
