import { describeExamples } from '@xeps/examples';
import { fileTooLarge, uploadHeader, uploadPurpose, uploadRequest, uploadRetry, uploadSlot } from '../src/index.ts';

describeExamples('0363', [uploadRequest, uploadSlot, uploadHeader, uploadPurpose, fileTooLarge, uploadRetry]);
