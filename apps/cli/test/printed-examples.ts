/** The examples printed in the specifications that decode knows. */
import { existsSync, readFileSync } from 'node:fs';

/** An example; those that are not well-formed are cut short in print. */
export interface Example {
  readonly caption: string;
  readonly wellFormed: boolean;
  readonly xml: string;
}

/** The specifications with examples; RFC 6121's elements are in all of them. */
export const specifications = [
  '0004',
  '0030',
  '0059',
  '0066',
  '0068',
  '0077',
  '0085',
  '0092',
  '0106',
  '0115',
  '0128',
  '0156',
  '0184',
  '0198',
  '0199',
  '0202',
  '0203',
  '0280',
  '0297',
  '0313',
  '0334',
  '0359',
  '0363',
  '0441',
];

/** The collection stands beside the repository, where there is one. */
const folder = new URL('../../../../shared/xep-examples/', import.meta.url);

/** The examples of a specification by their place in it; none without the collection. */
export function printedExamples(spec: string): readonly Example[] {
  const file = new URL(`${spec}.json`, folder);
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly examples: readonly Example[] }).examples;
}

/** Whether the collection is there. */
export function haveExamples(): boolean {
  return existsSync(folder);
}
