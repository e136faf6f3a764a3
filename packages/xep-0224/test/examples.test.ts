import { describeExamples } from '@xeps/examples';
import { attentionRequest } from '../src/index.ts';

describeExamples('0224', [attentionRequest]);
