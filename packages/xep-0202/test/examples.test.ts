import { choice } from '@xeps/core/schema';
import { describeExamples } from '@xeps/examples';
import { entityTime, timeRequest } from '../src/index.ts';

// Question and answer have one name: an element is the one that it fits.
describeExamples('0202', [choice({ answer: entityTime, question: timeRequest })]);
