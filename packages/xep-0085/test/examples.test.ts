import { describeExamples } from '@xeps/examples';
import { chatState } from '../src/index.ts';

describeExamples('0085', [chatState]);
