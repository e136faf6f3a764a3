// Written by `pnpm registry` from the dependencies in package.json.
import * as rfc6121 from '@xeps/rfc-6121';
import * as xep0004 from '@xeps/xep-0004';
import * as xep0030 from '@xeps/xep-0030';
import * as xep0059 from '@xeps/xep-0059';
import * as xep0060 from '@xeps/xep-0060';
import * as xep0066 from '@xeps/xep-0066';
import * as xep0068 from '@xeps/xep-0068';
import * as xep0071 from '@xeps/xep-0071';
import * as xep0077 from '@xeps/xep-0077';
import * as xep0082 from '@xeps/xep-0082';
import * as xep0085 from '@xeps/xep-0085';
import * as xep0092 from '@xeps/xep-0092';
import * as xep0106 from '@xeps/xep-0106';
import * as xep0115 from '@xeps/xep-0115';
import * as xep0128 from '@xeps/xep-0128';
import * as xep0156 from '@xeps/xep-0156';
import * as xep0163 from '@xeps/xep-0163';
import * as xep0172 from '@xeps/xep-0172';
import * as xep0184 from '@xeps/xep-0184';
import * as xep0198 from '@xeps/xep-0198';
import * as xep0199 from '@xeps/xep-0199';
import * as xep0201 from '@xeps/xep-0201';
import * as xep0202 from '@xeps/xep-0202';
import * as xep0203 from '@xeps/xep-0203';
import * as xep0224 from '@xeps/xep-0224';
import * as xep0245 from '@xeps/xep-0245';
import * as xep0280 from '@xeps/xep-0280';
import * as xep0297 from '@xeps/xep-0297';
import * as xep0300 from '@xeps/xep-0300';
import * as xep0301 from '@xeps/xep-0301';
import * as xep0308 from '@xeps/xep-0308';
import * as xep0313 from '@xeps/xep-0313';
import * as xep0333 from '@xeps/xep-0333';
import * as xep0334 from '@xeps/xep-0334';
import * as xep0352 from '@xeps/xep-0352';
import * as xep0359 from '@xeps/xep-0359';
import * as xep0363 from '@xeps/xep-0363';
import * as xep0368 from '@xeps/xep-0368';
import * as xep0372 from '@xeps/xep-0372';
import * as xep0380 from '@xeps/xep-0380';
import * as xep0382 from '@xeps/xep-0382';
import * as xep0386 from '@xeps/xep-0386';
import * as xep0388 from '@xeps/xep-0388';
import * as xep0392 from '@xeps/xep-0392';
import * as xep0393 from '@xeps/xep-0393';
import * as xep0394 from '@xeps/xep-0394';
import * as xep0421 from '@xeps/xep-0421';
import * as xep0422 from '@xeps/xep-0422';
import * as xep0424 from '@xeps/xep-0424';
import * as xep0425 from '@xeps/xep-0425';
import * as xep0426 from '@xeps/xep-0426';
import * as xep0428 from '@xeps/xep-0428';
import * as xep0440 from '@xeps/xep-0440';
import * as xep0441 from '@xeps/xep-0441';
import * as xep0444 from '@xeps/xep-0444';
import * as xep0446 from '@xeps/xep-0446';
import * as xep0447 from '@xeps/xep-0447';
import * as xep0449 from '@xeps/xep-0449';
import * as xep0461 from '@xeps/xep-0461';
import * as xep0466 from '@xeps/xep-0466';
import * as xep0474 from '@xeps/xep-0474';
import * as xep0478 from '@xeps/xep-0478';
import * as xep0480 from '@xeps/xep-0480';
import * as xep0481 from '@xeps/xep-0481';
import * as xep0484 from '@xeps/xep-0484';
import * as xep0487 from '@xeps/xep-0487';
import * as xep0490 from '@xeps/xep-0490';
import * as xep0494 from '@xeps/xep-0494';
import * as xep0495 from '@xeps/xep-0495';
import * as xep0509 from '@xeps/xep-0509';
import * as xep0511 from '@xeps/xep-0511';
import * as xep0513 from '@xeps/xep-0513';
import * as xep0515 from '@xeps/xep-0515';

/** The packages of the specifications, with what each exports. */
export const specifications: ReadonlyArray<readonly [spec: string, exported: object]> = [
  ['RFC 6121', rfc6121],
  ['XEP-0004', xep0004],
  ['XEP-0030', xep0030],
  ['XEP-0059', xep0059],
  ['XEP-0060', xep0060],
  ['XEP-0066', xep0066],
  ['XEP-0068', xep0068],
  ['XEP-0071', xep0071],
  ['XEP-0077', xep0077],
  ['XEP-0082', xep0082],
  ['XEP-0085', xep0085],
  ['XEP-0092', xep0092],
  ['XEP-0106', xep0106],
  ['XEP-0115', xep0115],
  ['XEP-0128', xep0128],
  ['XEP-0156', xep0156],
  ['XEP-0163', xep0163],
  ['XEP-0172', xep0172],
  ['XEP-0184', xep0184],
  ['XEP-0198', xep0198],
  ['XEP-0199', xep0199],
  ['XEP-0201', xep0201],
  ['XEP-0202', xep0202],
  ['XEP-0203', xep0203],
  ['XEP-0224', xep0224],
  ['XEP-0245', xep0245],
  ['XEP-0280', xep0280],
  ['XEP-0297', xep0297],
  ['XEP-0300', xep0300],
  ['XEP-0301', xep0301],
  ['XEP-0308', xep0308],
  ['XEP-0313', xep0313],
  ['XEP-0333', xep0333],
  ['XEP-0334', xep0334],
  ['XEP-0352', xep0352],
  ['XEP-0359', xep0359],
  ['XEP-0363', xep0363],
  ['XEP-0368', xep0368],
  ['XEP-0372', xep0372],
  ['XEP-0380', xep0380],
  ['XEP-0382', xep0382],
  ['XEP-0386', xep0386],
  ['XEP-0388', xep0388],
  ['XEP-0392', xep0392],
  ['XEP-0393', xep0393],
  ['XEP-0394', xep0394],
  ['XEP-0421', xep0421],
  ['XEP-0422', xep0422],
  ['XEP-0424', xep0424],
  ['XEP-0425', xep0425],
  ['XEP-0426', xep0426],
  ['XEP-0428', xep0428],
  ['XEP-0440', xep0440],
  ['XEP-0441', xep0441],
  ['XEP-0444', xep0444],
  ['XEP-0446', xep0446],
  ['XEP-0447', xep0447],
  ['XEP-0449', xep0449],
  ['XEP-0461', xep0461],
  ['XEP-0466', xep0466],
  ['XEP-0474', xep0474],
  ['XEP-0478', xep0478],
  ['XEP-0480', xep0480],
  ['XEP-0481', xep0481],
  ['XEP-0484', xep0484],
  ['XEP-0487', xep0487],
  ['XEP-0490', xep0490],
  ['XEP-0494', xep0494],
  ['XEP-0495', xep0495],
  ['XEP-0509', xep0509],
  ['XEP-0511', xep0511],
  ['XEP-0513', xep0513],
  ['XEP-0515', xep0515],
];
