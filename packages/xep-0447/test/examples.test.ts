import { describeExamples } from '@xeps/examples';
import { attachTo, fileSharing, sources, urlData } from '../src/index.ts';

const elided = 'the file was left out in print';

describeExamples('0447', [fileSharing, sources, urlData, attachTo], {
  'Sharing summit.jpg with juliet@shakespeare.lit with fallback': elided,
  'Sharing summit.jpg with juliet@shakespeare.lit without fallback': elided,
});
describeExamples('0103', [urlData]);
describeExamples('0449', [fileSharing, sources, urlData]);
