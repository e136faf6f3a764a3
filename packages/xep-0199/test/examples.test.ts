import { describeExamples } from '@xeps/examples';
import { pingRequest } from '../src/index.ts';

describeExamples('0199', [pingRequest]);
