import { describeExamples } from '@xeps/examples';
import { hash, hashUsed } from '../src/index.ts';

describeExamples('0300', [hash, hashUsed]);
