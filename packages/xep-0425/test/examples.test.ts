import { describeExamples } from '@xeps/examples';
import { moderated, moderation, moderationRequest, moderationTombstone } from '../src/index.ts';

describeExamples('0425', [moderationRequest, moderated, moderation, moderationTombstone]);
