import type { ServerModule } from '../host/module.ts';
import { archive } from './archive/index.ts';
import { bind2 } from './bind2.ts';
import { bind } from './bind.ts';
import { blocking } from './blocking.ts';
import { carbons } from './carbons.ts';
import { clientAccess } from './client-access.ts';
import { clientState } from './client-state.ts';
import { externalServices } from './external-services.ts';
import { fast } from './fast.ts';
import { disco } from './disco.ts';
import { hostMeta } from './host-meta.ts';
import { offline } from './offline.ts';
import { presence } from './presence.ts';
import { pep, pubsub } from './pubsub/index.ts';
import { privateStorage } from './private-storage.ts';
import { push } from './push.ts';
import { ping, time, version } from './queries.ts';
import { rooms } from './rooms/index.ts';
import { roster } from './roster.ts';
import { registration } from './registration.ts';
import { sasl } from './sasl.ts';
import { sasl2 } from './sasl2.ts';
import { signIn } from './sign-in.ts';
import { starttls } from './starttls.ts';
import { streamLimits } from './stream-limits.ts';
import { streamManagement } from './stream-management.ts';
import { subscriptions } from './subscriptions.ts';
import { upload } from './upload.ts';

/** What a server does unless it is told otherwise, in the order in which hooks ask. */
export const defaultModules: readonly ServerModule[] = [
  starttls,
  signIn,
  sasl,
  sasl2,
  bind,
  disco,
  ping,
  version,
  time,
  roster,
  subscriptions,
  blocking,
  presence,
  archive,
  carbons,
  offline,
  streamManagement,
  clientState,
  bind2,
  fast,
  clientAccess,
  streamLimits,
  pubsub,
  pep,
  rooms,
  privateStorage,
  push,
  externalServices,
  registration,
  upload,
  hostMeta,
];
