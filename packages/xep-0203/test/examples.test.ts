import { describeExamples } from '@xeps/examples';
import { delay } from '../src/index.ts';

describeExamples('0203', [delay]);
