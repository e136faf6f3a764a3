import { describeExamples, examplesOf } from '@xeps/examples';
import { discoInfo } from '@xeps/xep-0030';
import { xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { reactions, readReactionRestrictions } from '../src/index.ts';

describeExamples('0444', [reactions]);

const printed = examplesOf('0444').filter(({ xml: text }) => text.includes('max_reactions_per_user'));
it.for(printed)('§2.2 $caption', ({ xml: text }) => {
  const info = discoInfo.decode(xml(text.replaceAll('...', '')).getChild('query')!);
  expect(readReactionRestrictions(info)).toEqual({ maxPerUser: 1, allowlist: ['💘', '❤️', '💜'] });
});
