import { describeExamples } from '@xeps/examples';
import { nick } from '../src/index.ts';

describeExamples('0172', [nick]);
