import { describeExamples } from '@xeps/examples';
import { mamFin, mamMetadata, mamQuery, mamResult } from '../src/index.ts';

describeExamples('0313', [mamQuery, mamResult, mamFin, mamMetadata]);
