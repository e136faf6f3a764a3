import { describeExamples } from '@xeps/examples';
import { rsmRequest, rsmResult } from '../src/index.ts';

describeExamples('0059', [rsmRequest, rsmResult]);
