import { describeExamples } from '@xeps/examples';
import { discoInfo, discoInfoRequest } from '@xeps/xep-0030';

describeExamples('0128', [discoInfo, discoInfoRequest]);
