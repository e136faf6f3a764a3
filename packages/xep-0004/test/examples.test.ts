import { describeExamples } from '@xeps/examples';
import { dataForm, fieldOption, formField } from '../src/index.ts';

describeExamples('0004', [dataForm, formField, fieldOption]);
