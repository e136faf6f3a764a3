import { describeExamples } from '@xeps/examples';
import { retraction, tombstone } from '../src/index.ts';

describeExamples('0424', [retraction, tombstone]);
