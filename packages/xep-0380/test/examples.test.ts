import { describeExamples } from '@xeps/examples';
import { encryptionMark } from '../src/index.ts';

describeExamples('0380', [encryptionMark]);
