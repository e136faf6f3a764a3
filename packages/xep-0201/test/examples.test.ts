import { describeExamples, examplesOf } from '@xeps/examples';
import { xml } from '@xeps/core/testing';
import { messageThread } from '@xeps/rfc-6121';
import { expect, it } from 'vitest';
import { threadOf } from '../src/index.ts';

describeExamples('0201', [messageThread]);

it.for(examplesOf('0201'))('§3.3 $caption', ({ xml: text }) => {
  expect(threadOf(xml(text))).toEqual({
    parent: '7edac73ab41e45c4aafa7b2d7b749080',
    id: 'e0ffe42b28561960c6b12b944a092794b9683a38',
  });
});
