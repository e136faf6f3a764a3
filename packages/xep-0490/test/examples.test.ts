import { describeExamples } from '@xeps/examples';
import { mdsDisplayed } from '../src/index.ts';

describeExamples('0490', [mdsDisplayed]);
