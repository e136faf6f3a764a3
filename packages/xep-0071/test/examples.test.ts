import { describeExamples, examplesOf } from '@xeps/examples';
import { xml } from '@xeps/core/testing';
import { expect, it } from 'vitest';
import { readXhtml, xhtmlIm, xhtmlText } from '../src/index.ts';

describeExamples('0071', [xhtmlIm]);

it.each(examplesOf('0071').filter((example) => example.xml.includes("protocol/xhtml-im'>")))(
  '$caption can be shown',
  (example) => {
    if (!example.xml.startsWith('<message')) return;
    const tree = readXhtml(xml(example.xml));
    expect(tree && xhtmlText(tree)).toMatch(/\w/);
  },
);
