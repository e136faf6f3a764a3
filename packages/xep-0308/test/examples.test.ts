import { describeExamples } from '@xeps/examples';
import { correction } from '../src/index.ts';

describeExamples('0308', [correction]);
