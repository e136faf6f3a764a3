import { describeExamples } from '@xeps/examples';
import { oobData, oobOffer } from '../src/index.ts';

describeExamples('0066', [oobOffer, oobData]);
