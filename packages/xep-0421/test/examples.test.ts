import { describeExamples } from '@xeps/examples';
import { occupantId } from '../src/index.ts';

describeExamples('0421', [occupantId]);
