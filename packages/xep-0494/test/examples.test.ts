import { describeExamples } from '@xeps/examples';
import { clientList, clientListRequest, revokeRequest } from '../src/index.ts';

describeExamples('0494', [clientListRequest, clientList, revokeRequest]);
