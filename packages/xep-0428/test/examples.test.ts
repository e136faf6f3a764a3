import { describeExamples } from '@xeps/examples';
import { fallback } from '../src/index.ts';

describeExamples('0428', [fallback]);
describeExamples('0461', [fallback]);
