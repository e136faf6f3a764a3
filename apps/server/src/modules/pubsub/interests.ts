import type { Element } from '@xeps/core';
import { discoInfoQuery } from '@xeps/xep-0030';
import type { DiscoInfo } from '@xeps/xep-0030';
import { capabilities, verifyInfo } from '@xeps/xep-0115';
import type { Capabilities } from '@xeps/xep-0115';
import type { Host } from '../../host/host.ts';
import type { ClientSession } from '../../host/sessions.ts';

/** Capabilities that are remembered, whatever clients come. */
const maxKnown = 1000;
/** Nodes that one device may want. */
const maxNodes = 500;
const suffix = '+notify';

/** Which nodes each device wants to hear of, by its capabilities (XEP-0163 §4.3.2, XEP-0115). */
export interface Interests {
  wants(session: ClientSession, node: string): boolean;
}

/** `wanted` is called for each node that a device wants and has not wanted before. */
export function createInterests(host: Host, wanted: (session: ClientSession, node: string) => void): Interests {
  /** By hash function and hash: true for whoever says them, as they were verified. */
  const known = new Map<string, readonly string[]>();
  const interests = new WeakMap<ClientSession, ReadonlySet<string>>();
  const announced = new WeakMap<ClientSession, string>();

  const learn = (session: ClientSession, nodes: readonly string[]): void => {
    const before = interests.get(session) ?? new Set();
    interests.set(session, new Set(nodes));
    if (!session.alive || session.presence === undefined) return;
    for (const node of nodes) if (!before.has(node)) wanted(session, node);
  };

  async function ask(session: ClientSession, caps: Capabilities, key: string): Promise<void> {
    const info = await host.session.request(discoInfoQuery, { node: `${caps.node}#${caps.ver}` }, { to: session.jid });
    const nodes = interestsIn(info);
    try {
      // What was verified holds for everybody who says the same; otherwise it is about this device alone.
      await verifyInfo(info, caps);
      if (known.size >= maxKnown) known.clear();
      known.set(key, nodes);
    } catch {
      // Nothing to be remembered.
    }
    if (announced.get(session) === key) learn(session, nodes);
  }

  host.hooks.on('broadcast', ({ session, stanza }) => {
    const caps = readCaps(stanza);
    if (caps === undefined) return;
    const key = `${caps.hash ?? ''} ${caps.ver} ${caps.hash === undefined ? caps.node : ''}`;
    if (announced.get(session) === key) return;
    announced.set(session, key);
    const nodes = known.get(key);
    // After everything else that this presence brings about.
    if (nodes !== undefined) queueMicrotask(() => learn(session, nodes));
    // A device that does not answer wants nothing.
    else ask(session, caps, key).catch(() => {});
  });

  return { wants: (session, node) => interests.get(session)?.has(node) === true };
}

function readCaps(presence: Element): Capabilities | undefined {
  if (presence.attrs['type'] !== undefined) return undefined;
  const found = capabilities.safeFind(presence);
  return found?.ok === true ? found.value : undefined;
}

function interestsIn({ features }: DiscoInfo): readonly string[] {
  return features
    .filter((feature) => feature.endsWith(suffix))
    .map((feature) => feature.slice(0, -suffix.length))
    .slice(0, maxNodes);
}
