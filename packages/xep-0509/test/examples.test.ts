import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { expect, test } from 'vitest';
import { decodeConfigVersion } from '../src/index.ts';

test('the printed examples are read', () => {
  // Those of whole streams are no documents, so that two are left.
  const examples = examplesOf('0509');
  const versions = examples.flatMap(({ xml }) => xml.match(/<config-version [^>]*\/>/g) ?? []);
  for (const text of versions) expect(decodeConfigVersion(parseElement(`<features>${text}</features>`))).toBeDefined();
  // None where the collection of examples is not beside the repository.
  if (examples.length > 0) expect(versions).toHaveLength(2);
});
