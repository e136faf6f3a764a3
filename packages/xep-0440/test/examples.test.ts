import { parseElement } from '@xeps/core/xml';
import { examplesOf } from '@xeps/examples';
import { expect, test } from 'vitest';
import { decodeChannelBindings } from '../src/index.ts';

test('the printed examples are read', () => {
  const examples = examplesOf('0440');
  const streams = "<features xmlns='http://etherx.jabber.org/streams'>";
  for (const { xml } of examples) {
    const features = parseElement(xml.replace('<stream:features>', streams).replace('</stream:', '</'));
    expect(decodeChannelBindings(features)).toEqual(['tls-server-end-point', 'tls-exporter']);
  }
  // None where the collection of examples is not beside the repository.
  if (examples.length > 0) expect(examples).toHaveLength(2);
});
