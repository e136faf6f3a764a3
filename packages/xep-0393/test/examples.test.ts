import { describeExamples } from '@xeps/examples';
import { unstyled } from '../src/index.ts';

describeExamples('0393', [unstyled]);
