import { describeExamples } from '@xeps/examples';
import { carbonReceived, carbonsDisable, carbonSent, carbonsEnable, carbonsPrivate } from '../src/index.ts';

describeExamples('0280', [carbonsEnable, carbonsDisable, carbonReceived, carbonSent, carbonsPrivate]);
