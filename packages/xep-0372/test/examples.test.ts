import { describeExamples } from '@xeps/examples';
import { reference } from '../src/index.ts';

describeExamples('0372', [reference]);
