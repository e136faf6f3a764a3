import { describeExamples } from '@xeps/examples';
import { receipt, receiptRequest } from '../src/index.ts';

describeExamples('0184', [receiptRequest, receipt]);
