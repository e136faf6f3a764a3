import { describeExamples } from '@xeps/examples';
import { forwarded } from '../src/index.ts';

describeExamples('0297', [forwarded]);
