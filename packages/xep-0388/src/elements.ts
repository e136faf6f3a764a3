import type { Element } from '@xeps/core';
import { createElement, toBase64 } from '@xeps/stream';
import type { InlineOffer } from '@xeps/stream';

/** XEP-0388 §7.1. */
export const NS_SASL2 = 'urn:xmpp:sasl:2';

/** §2.2: the client, as its own server sees it; nobody else does. */
export interface UserAgent {
  /** A UUID of version 4 that stands for this installation, made once and kept. Says nothing about people or devices. */
  readonly id?: string | undefined;
  /** The software's name. */
  readonly software?: string | undefined;
  /** The device's name. */
  readonly device?: string | undefined;
}

/** What a server offers, §2.1. */
export interface Authentication {
  readonly mechanisms: readonly string[];
  readonly inline: InlineOffer;
  /** The element itself, for extensions such as XEP-0480. */
  readonly element: Element;
}

/** Reads the stream feature; undefined when it is not offered. */
export function decodeAuthentication(features: Element): Authentication | undefined {
  const element = features.getChild('authentication', NS_SASL2);
  if (element === undefined) return undefined;
  const inline = element.getChild('inline', NS_SASL2);
  return {
    element,
    mechanisms: element.getChildren('mechanism', NS_SASL2).map((mechanism) => mechanism.getText().trim()),
    inline: { get: (xmlns) => inline?.getChildElements().find((child) => child.getNS() === xmlns) },
  };
}

/** §2.3: base64, and an element that is there but empty for data that is. */
function data(name: string, bytes: Uint8Array): Element {
  return createElement(name, NS_SASL2, {}, bytes.length === 0 ? [] : [toBase64(bytes)]);
}

/** §2.2: asks to sign in. */
/* @__NO_SIDE_EFFECTS__ */
export function authenticate(
  mechanism: string,
  initial: Uint8Array | undefined,
  { id, software, device }: UserAgent,
  extensions: readonly Element[],
): Element {
  const agent = createElement('user-agent', NS_SASL2, { id });
  if (software !== undefined) agent.cnode(createElement('software', NS_SASL2, {}, [software]));
  if (device !== undefined) agent.cnode(createElement('device', NS_SASL2, {}, [device]));
  const first = initial === undefined ? [] : [data('initial-response', initial)];
  return createElement('authenticate', NS_SASL2, { mechanism }, [...first, agent, ...extensions]);
}

/** §2.5: answers a challenge. */
/* @__NO_SIDE_EFFECTS__ */
export function response(bytes: Uint8Array): Element {
  return data('response', bytes);
}
