import { describeExamples } from '@xeps/examples';
import { displayed, markable } from '../src/index.ts';

describeExamples('0333', [markable, displayed]);
