import type { Session } from '@xeps/core';
import { disco } from '@xeps/xep-0030';
import { chatStates } from '@xeps/xep-0085';
import { corrections } from '@xeps/xep-0308';
import { NS_CHAT_MARKERS } from '@xeps/xep-0333';
import { spoilers } from '@xeps/xep-0382';
import { styling } from '@xeps/xep-0393';
import { retractions } from '@xeps/xep-0424';
import { fallbacks } from '@xeps/xep-0428';
import { NS_REACTIONS } from '@xeps/xep-0444';
import { replies } from '@xeps/xep-0461';

/** Says what the engine does with messages (XEP-0030): what it reads and shows itself, and what other plugins do. */
export function advertise(session: Session): void {
  for (const plugin of [chatStates, corrections, spoilers, styling, retractions, fallbacks, replies])
    session.use(plugin);
  const features = session.use(disco);
  for (const feature of [NS_CHAT_MARKERS, NS_REACTIONS]) features.addFeature(feature);
}
