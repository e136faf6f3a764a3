import { describeExamples } from '@xeps/examples';
import { fileMetadata, thumbnail } from '../src/index.ts';

// The specification prints no example of its own as one; these do, with what it defines.
describeExamples('0264', [thumbnail]);
describeExamples('0447', [fileMetadata, thumbnail]);
describeExamples('0449', [fileMetadata]);
