// Written by `pnpm registry` from the dependencies in package.json.
import * as rfc6121 from '@xeps/rfc-6121';
import * as xep0004 from '@xeps/xep-0004';
import * as xep0030 from '@xeps/xep-0030';
import * as xep0059 from '@xeps/xep-0059';
import * as xep0066 from '@xeps/xep-0066';
import * as xep0068 from '@xeps/xep-0068';
import * as xep0077 from '@xeps/xep-0077';
import * as xep0082 from '@xeps/xep-0082';
import * as xep0085 from '@xeps/xep-0085';
import * as xep0092 from '@xeps/xep-0092';
import * as xep0106 from '@xeps/xep-0106';
import * as xep0115 from '@xeps/xep-0115';
import * as xep0128 from '@xeps/xep-0128';
import * as xep0156 from '@xeps/xep-0156';
import * as xep0184 from '@xeps/xep-0184';
import * as xep0198 from '@xeps/xep-0198';
import * as xep0199 from '@xeps/xep-0199';
import * as xep0202 from '@xeps/xep-0202';
import * as xep0203 from '@xeps/xep-0203';
import * as xep0280 from '@xeps/xep-0280';
import * as xep0297 from '@xeps/xep-0297';
import * as xep0313 from '@xeps/xep-0313';
import * as xep0334 from '@xeps/xep-0334';
import * as xep0352 from '@xeps/xep-0352';
import * as xep0359 from '@xeps/xep-0359';
import * as xep0363 from '@xeps/xep-0363';
import * as xep0368 from '@xeps/xep-0368';
import * as xep0386 from '@xeps/xep-0386';
import * as xep0388 from '@xeps/xep-0388';
import * as xep0440 from '@xeps/xep-0440';
import * as xep0441 from '@xeps/xep-0441';
import * as xep0474 from '@xeps/xep-0474';
import * as xep0478 from '@xeps/xep-0478';
import * as xep0480 from '@xeps/xep-0480';
import * as xep0484 from '@xeps/xep-0484';
import * as xep0487 from '@xeps/xep-0487';
import * as xep0494 from '@xeps/xep-0494';
import * as xep0495 from '@xeps/xep-0495';
import * as xep0509 from '@xeps/xep-0509';
import * as xep0515 from '@xeps/xep-0515';

/** The packages of the specifications, with what each exports. */
export const specifications: ReadonlyArray<readonly [spec: string, exported: object]> = [
  ['RFC 6121', rfc6121],
  ['XEP-0004', xep0004],
  ['XEP-0030', xep0030],
  ['XEP-0059', xep0059],
  ['XEP-0066', xep0066],
  ['XEP-0068', xep0068],
  ['XEP-0077', xep0077],
  ['XEP-0082', xep0082],
  ['XEP-0085', xep0085],
  ['XEP-0092', xep0092],
  ['XEP-0106', xep0106],
  ['XEP-0115', xep0115],
  ['XEP-0128', xep0128],
  ['XEP-0156', xep0156],
  ['XEP-0184', xep0184],
  ['XEP-0198', xep0198],
  ['XEP-0199', xep0199],
  ['XEP-0202', xep0202],
  ['XEP-0203', xep0203],
  ['XEP-0280', xep0280],
  ['XEP-0297', xep0297],
  ['XEP-0313', xep0313],
  ['XEP-0334', xep0334],
  ['XEP-0352', xep0352],
  ['XEP-0359', xep0359],
  ['XEP-0363', xep0363],
  ['XEP-0368', xep0368],
  ['XEP-0386', xep0386],
  ['XEP-0388', xep0388],
  ['XEP-0440', xep0440],
  ['XEP-0441', xep0441],
  ['XEP-0474', xep0474],
  ['XEP-0478', xep0478],
  ['XEP-0480', xep0480],
  ['XEP-0484', xep0484],
  ['XEP-0487', xep0487],
  ['XEP-0494', xep0494],
  ['XEP-0495', xep0495],
  ['XEP-0509', xep0509],
  ['XEP-0515', xep0515],
];
