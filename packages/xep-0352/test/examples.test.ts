import { describeExamples } from '@xeps/examples';
import { csiFeature, csiState } from '../src/index.ts';

describeExamples('0352', [csiFeature, csiState]);
