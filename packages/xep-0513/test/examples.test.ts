import { describeExamples } from '@xeps/examples';
import { mention, mentionsConfig } from '../src/index.ts';

describeExamples('0513', [mention, mentionsConfig]);
