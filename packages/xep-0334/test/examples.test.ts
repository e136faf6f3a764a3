import { describeExamples } from '@xeps/examples';
import { hint } from '../src/index.ts';

describeExamples('0334', [hint]);
