import { choice } from '@xeps/core/schema';
import { describeExamples } from '@xeps/examples';
import { softwareVersion, versionRequest } from '../src/index.ts';

// Question and answer have one name: an element is the one that it fits.
describeExamples('0092', [choice({ answer: softwareVersion, question: versionRequest })]);
