import { describeExamples } from '@xeps/examples';
import { discoInfo, discoInfoRequest, discoItems, discoItemsRequest } from '../src/index.ts';

describeExamples('0030', [discoInfoRequest, discoInfo, discoItemsRequest, discoItems]);
