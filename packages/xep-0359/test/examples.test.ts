import { describeExamples } from '@xeps/examples';
import { originId, referencedStanza, stanzaId } from '../src/index.ts';

describeExamples('0359', [originId, referencedStanza, stanzaId]);
