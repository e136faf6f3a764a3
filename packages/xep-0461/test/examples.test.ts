import { describeExamples } from '@xeps/examples';
import { reply } from '../src/index.ts';

describeExamples('0461', [reply]);
