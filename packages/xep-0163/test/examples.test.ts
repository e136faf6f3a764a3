import { describeExamples } from '@xeps/examples';
import { pubsubAnswer, pubsubEvent, pubsubRequest } from '@xeps/xep-0060';

describeExamples('0163', [pubsubAnswer, pubsubEvent, pubsubRequest]);
