import type { Session } from '@xeps/core';
import { attr, element, integer, withDefault } from '@xeps/core/schema';
import { formValues } from '@xeps/xep-0004';
import { expectTypeOf, test } from 'vitest';
import { getItems, getNodeConfiguration, nodeConfigFields, nodeEvents, publishItem, pubsubNode } from './index.ts';
import type { NodeEvent, NodeItem, NodeType, PubsubEvent } from './index.ts';

const session = {} as Session;
interface Musing {
  age: number;
  mood: string;
}
interface MusingInput {
  readonly age: number;
  readonly mood?: string | undefined;
}
const musings: NodeType<Musing, MusingInput> = pubsubNode(
  'n',
  element('urn:x', 'musing', { age: attr(integer()), mood: withDefault(attr(), 'calm') }),
);

test('a node’s type says what is read and what can be published', async () => {
  expectTypeOf(await getItems(session, musings)).toEqualTypeOf<NodeItem<Musing>[]>();
  expectTypeOf(nodeEvents(musings, {} as PubsubEvent)).toEqualTypeOf<NodeEvent<Musing>[]>();
  await publishItem(session, musings, { payload: { age: 1 } });
  // @ts-expect-error a payload of another shape
  await publishItem(session, musings, { payload: { years: 1 } });
  // @ts-expect-error no such access model
  await publishItem(session, musings, {}, { publishOptions: { accessModel: 'nobody' } });
  const config = formValues(await getNodeConfiguration(session, musings), nodeConfigFields);
  expectTypeOf(config.maxItems).toEqualTypeOf<number | 'max' | undefined>();
  expectTypeOf(config.rosterGroupsAllowed).toEqualTypeOf<string[] | undefined>();
});
