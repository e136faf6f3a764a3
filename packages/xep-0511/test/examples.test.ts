import { describeExamples } from '@xeps/examples';
import { linkDescription } from '../src/index.ts';

describeExamples('0511', [linkDescription]);
