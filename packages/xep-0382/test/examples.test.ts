import { describeExamples } from '@xeps/examples';
import { spoiler } from '../src/index.ts';

describeExamples('0382', [spoiler]);
