import { describeExamples } from '@xeps/examples';
import { content } from '../src/index.ts';

describeExamples('0481', [content]);
