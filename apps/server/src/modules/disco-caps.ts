import type { Element } from '@xeps/core';
import type { DiscoInfo, DiscoInfoInput } from '@xeps/xep-0030';
import { discoInfo } from '@xeps/xep-0030';
import { capabilities, verificationString } from '@xeps/xep-0115';
import type { Host } from '../host/host.ts';

/** The name of this software in capabilities. */
const node = 'https://xeps.dev/server';

/** What the server's capabilities are (XEP-0115 §6.3). */
export interface CapsAnnouncement {
  /** For the stream's features; none until the hash has been computed, a moment after the start. */
  elements(): readonly Element[];
  /** Whether a disco node is that of the present capabilities. */
  isNode(asked: string): boolean;
  info(): DiscoInfoInput;
}

/** Computes them once all modules are there. */
export function capsAnnouncement(host: Host): CapsAnnouncement {
  let ver: string | undefined;
  const info = (): DiscoInfoInput => {
    const { identities, features, forms } = host.disco.server;
    return { identities, features: [...features], forms: forms.map((form) => form()) };
  };
  queueMicrotask(() => {
    const whole: DiscoInfo = discoInfo.decode(discoInfo.encode(info()));
    verificationString(whole).then((made) => void (ver = made), host.report);
  });
  return {
    elements: () => (ver === undefined ? [] : [capabilities.encode({ node, ver, hash: 'sha-1' })]),
    isNode: (asked) => ver !== undefined && asked === `${node}#${ver}`,
    info,
  };
}
