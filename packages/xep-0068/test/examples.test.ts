import { describeExamples } from '@xeps/examples';
import { dataForm } from '@xeps/xep-0004';

describeExamples('0068', [dataForm], {
  'Message with bad FORM_TYPE': 'its options have text instead of the one <value/> that XEP-0004 §3.2 asks for',
});
