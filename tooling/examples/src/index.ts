/** The examples printed in the specifications, as tests: every one that a package's schemas match must survive them. */
import { existsSync, readFileSync } from 'node:fs';
import type { Element } from '@xeps/core';
import { toJson } from '@xeps/core/schema';
import type { AnySchema } from '@xeps/core/schema';
import { createStreamParser, parseElement } from '@xeps/core/xml';
import { describe, expect, it } from 'vitest';

interface Example {
  readonly caption: string;
  readonly wellFormed: boolean;
  readonly xml: string;
}

const folder = new URL('../../../../shared/xep-examples/', import.meta.url);

/** The well-formed examples of one specification; none where the collection is not beside the repository. */
export function examplesOf(xep: string): readonly Example[] {
  const file = new URL(`${xep}.json`, folder);
  if (!existsSync(file)) return [];
  const { examples } = JSON.parse(readFileSync(file, 'utf8')) as { readonly examples: readonly Example[] };
  return examples.filter((example) => example.wellFormed);
}

/**
 * Declares a test for each printed example of `xep` that holds an element which one of `schemas` matches, at any depth:
 * it must decode, and what is written from that must decode to the same. `known` lists examples that are wrong as
 * printed, by caption, with the reason; they must fail, so that the list stays true.
 */
export function describeExamples(
  xep: string,
  schemas: readonly AnySchema[],
  known: Readonly<Record<string, string>> = {},
): void {
  describe(`XEP-${xep} examples`, () => {
    const captions = new Set<string>();
    for (const { caption, xml: printed } of examplesOf(xep)) {
      // Comments are the authors' remarks; streams have none (RFC 6120 §11.1).
      const xml = printed.replaceAll(/<!--.*?-->/gs, '');
      const matches = [...elements(xml)].flatMap((element) =>
        schemas.filter((schema) => schema.is(element)).map((schema) => ({ element, schema })),
      );
      if (matches.length === 0) continue;
      captions.add(caption);
      const check = (): void => {
        for (const { element, schema } of matches) {
          const value: unknown = schema.decode(element);
          const text = schema.stringify(value);
          expect(toJson(schema, schema.decode(parseElement(text)))).toEqual(toJson(schema, value));
        }
      };
      const reason = known[caption];
      if (reason === undefined) it(caption, check);
      else it(`${caption} is wrong as printed: ${reason}`, () => expect(check).toThrow());
    }
    it('knows no wrong example that is not there', () => {
      expect(existsSync(folder) ? Object.keys(known).filter((caption) => !captions.has(caption)) : []).toEqual([]);
    });
  });
}

/** Every element of a text of several stanzas, at every depth. */
function* elements(xml: string): Generator<Element> {
  const roots: Element[] = [];
  const parser = createStreamParser(
    { onOpen: () => undefined, onElement: (element) => void roots.push(element), onClose: () => undefined },
    { fragments: true, xmlns: 'jabber:client' },
  );
  // Some examples print <stream:features/> and the like, whose prefix their stream declared.
  parser.write(
    new TextEncoder().encode(
      `<examples xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>${xml}</examples>`,
    ),
  );
  parser.end();
  for (const root of roots) yield* walk(root);
}

function* walk(element: Element): Generator<Element> {
  yield element;
  for (const child of element.children) if (typeof child === 'object') yield* walk(child);
}
