import { describeExamples } from '@xeps/examples';
import { discoInfo, discoInfoRequest } from '@xeps/xep-0030';
import { capabilities } from '../src/index.ts';

describeExamples('0115', [capabilities, discoInfo, discoInfoRequest]);
