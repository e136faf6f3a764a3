import { describeExamples } from '@xeps/examples';
import { externalPayload, fastening } from '../src/index.ts';

describeExamples('0422', [fastening, externalPayload]);
