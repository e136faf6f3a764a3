import { describeExamples } from '@xeps/examples';
import {
  pubsubAnswer,
  pubsubCondition,
  pubsubEvent,
  pubsubOwner,
  pubsubRequest,
  pubsubUnsupported,
} from '../src/index.ts';

describeExamples('0060', [pubsubAnswer, pubsubCondition, pubsubEvent, pubsubOwner, pubsubRequest, pubsubUnsupported], {
  'Pubsub Subscribe Action: Resulting Stanza': 'it has no jid, which §6.1.1 requires',
});
