import { describeExamples } from '@xeps/examples';
import { registerFeature, registration } from '../src/index.ts';

describeExamples('0077', [registration, registerFeature]);
