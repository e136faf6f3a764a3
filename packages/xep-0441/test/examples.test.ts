import { choice } from '@xeps/core/schema';
import { describeExamples } from '@xeps/examples';
import { archivePreferences, archivePreferencesRequest } from '../src/index.ts';

// One header for the question and for the answer.
describeExamples('0441', [choice({ preferences: archivePreferences, request: archivePreferencesRequest })]);
