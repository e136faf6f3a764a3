/** What a server offers to who connects, as its stream features say. */
import { childElements } from '@xeps/core';
import type { Element } from '@xeps/core';
import { NS_SASL, NS_STREAM } from '@xeps/stream';
import type { StreamContext, StreamModule } from '@xeps/stream';
import { NS_SM } from '@xeps/xep-0198';
import { NS_BIND2 } from '@xeps/xep-0386';
import { decodeAuthentication } from '@xeps/xep-0388';
import { decodeChannelBindings } from '@xeps/xep-0440';
import { decodeStreamLimits } from '@xeps/xep-0478';
import type { StreamLimits } from '@xeps/xep-0478';
import { NS_SASL_UPGRADE } from '@xeps/xep-0480';
import { decodeFast, NS_FAST } from '@xeps/xep-0484';
import { decodeConfigVersion } from '@xeps/xep-0509';

/** How a server lets accounts sign in. */
export interface SignInOffer {
  /** Mechanisms of the classic profile (RFC 6120 §6). */
  readonly sasl: readonly string[];
  /** Mechanisms of XEP-0388. */
  readonly sasl2: readonly string[];
  /** Types of channel binding (XEP-0440); absent when the server does not say. */
  readonly channelBindings?: readonly string[];
  /** What can be enabled while an address is bound (XEP-0386), by namespace; absent when binding takes a step of its own. */
  readonly bind2?: readonly string[];
  /** Whether a session can be resumed while signing in (XEP-0198 §6.3). */
  readonly resume: boolean;
  /** Mechanisms for tokens (XEP-0484); absent when the server gives out none. */
  readonly fast?: readonly string[];
  /** Upgrade tasks (XEP-0480). */
  readonly upgrades: readonly string[];
  /** The version of the features, for who sends a token before they come (XEP-0509). */
  readonly configVersion?: string;
}

/** What was seen of a connection until now. */
export interface Seen {
  /** Undefined until there were features. */
  readonly offer: SignInOffer | undefined;
  readonly limits: StreamLimits;
  /** The namespaces of all features, before signing in and after. */
  readonly features: ReadonlySet<string>;
  /** How the connection is protected; undefined until the server may be believed, or needs no TLS. */
  readonly channel: { readonly secure: boolean; readonly protocol?: string } | undefined;
}

/** A module that changes nothing and remembers what the server offers. */
export function createWitness(): { readonly module: StreamModule; readonly seen: Seen } {
  let offer: SignInOffer | undefined;
  let limits: StreamLimits = {};
  let channel: Seen['channel'];
  const features = new Set<string>();
  function see(element: Element, stream: StreamContext): void {
    const { secure, tls, authenticated } = stream;
    channel = { secure, ...(tls?.protocol !== undefined && { protocol: tls.protocol }) };
    limits = { ...limits, ...defined(decodeStreamLimits(element)) };
    for (const child of childElements(element)) features.add(child.getNS() ?? '');
    // Features that follow behind a pipelined request come when it has been answered already.
    if (!authenticated || decodeAuthentication(element) !== undefined) offer = readOffer(element);
  }
  return {
    module: {
      name: 'witness',
      negotiate(element, stream) {
        see(element, stream);
        return 'skip';
      },
      element(element, stream) {
        if (element.is('features', NS_STREAM)) see(element, stream);
        return false;
      },
    },
    seen: {
      get offer() {
        return offer;
      },
      get limits() {
        return limits;
      },
      get channel() {
        return channel;
      },
      features,
    },
  };
}

/** Reads how to sign in. */
export function readOffer(features: Element): SignInOffer {
  const authentication = decodeAuthentication(features);
  const bind = authentication?.inline.get(NS_BIND2);
  const fast = authentication?.inline.get(NS_FAST);
  const channelBindings = decodeChannelBindings(features);
  const version: unknown = decodeConfigVersion(features)?.attrs['value'];
  const classic = features.getChild('mechanisms', NS_SASL);
  return {
    sasl: classic === undefined ? [] : texts(classic.getChildren('mechanism', NS_SASL)),
    sasl2: authentication?.mechanisms ?? [],
    ...(channelBindings !== undefined && { channelBindings }),
    ...(bind !== undefined && {
      bind2: (bind.getChild('inline', NS_BIND2)?.getChildren('feature', NS_BIND2) ?? []).map(({ attrs }) =>
        String(attrs['var'] ?? ''),
      ),
    }),
    resume: authentication?.inline.get(NS_SM) !== undefined,
    ...(fast !== undefined && { fast: decodeFast(fast).mechanisms }),
    upgrades: texts(authentication?.element.getChildren('upgrade', NS_SASL_UPGRADE) ?? []),
    ...(typeof version === 'string' && { configVersion: version }),
  };
}

function texts(elements: readonly Element[]): string[] {
  return elements.map((element) => element.getText().trim());
}

function defined(limits: StreamLimits): StreamLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
