import type { Element } from '@xeps/core';
import { childElements, createElement, StreamError } from '@xeps/stream';

/** XEP-0198 §12.1. */
export const NS_SM = 'urn:xmpp:sm:3';

/** §3: asks to manage the stream, and to be allowed to resume it, for `max` seconds if the client has a wish. */
/* @__NO_SIDE_EFFECTS__ */
export function enable(options: { readonly resume: boolean; readonly max?: number | undefined }): Element {
  return createElement('enable', NS_SM, { resume: options.resume ? 'true' : undefined, max: options.max?.toString() });
}

/** §5: asks to go on with the session `previd`, of which `h` stanzas were handled here. */
/* @__NO_SIDE_EFFECTS__ */
export function resume(previd: string, h: number): Element {
  return createElement('resume', NS_SM, { h: String(h), previd });
}

/** §4: `h` stanzas were handled here. */
/* @__NO_SIDE_EFFECTS__ */
export function answer(h: number): Element {
  return createElement('a', NS_SM, { h: String(h) });
}

/** §4: asks how many were handled there. */
/* @__NO_SIDE_EFFECTS__ */
export function request(): Element {
  return createElement('r', NS_SM);
}

/** What `<enabled/>` says, §3. */
export interface Enabled {
  /** Names the session for resuming it; absent when it can't be resumed. */
  readonly id: string | undefined;
  /** Seconds for which the server keeps the session after the connection was lost. */
  readonly max: number | undefined;
  /** Where to reconnect first: `host`, `host:port` or `[ipv6]:port`. */
  readonly location: string | undefined;
}

/** Reads `<enabled/>`. */
export function decodeEnabled(element: Element): Enabled {
  const { id, max, location, resume: resumable } = element.attrs as Readonly<Record<string, string | undefined>>;
  const allowed = resumable === 'true' || resumable === '1';
  return {
    id: allowed && id ? id : undefined,
    max: max !== undefined && /^[1-9]\d{0,9}$/.test(max) ? Number(max) : undefined,
    location: location || undefined,
  };
}

/** Reads the `h` of `<a/>`, `<resumed/>` or `<failed/>`: an unsignedInt. Throws `StreamError` for anything else. */
export function decodeHandled(element: Element): number {
  const text = String(element.attrs['h'] ?? '');
  const h = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (h <= 0xffff_ffff) return h;
  throw new StreamError('bad-format', { text: `<${element.name} h='${text}'/>: h must be a number of 32 bits` });
}

/** The condition in `<failed/>`, §6; `undefined-condition` also where a server says nothing at all. */
export function decodeFailed(element: Element | undefined): string {
  // Prosody wraps it in an `<error/>` when it is part of signing in.
  const holder = element?.children.find((child) => typeof child === 'object' && child.name === 'error') ?? element;
  if (typeof holder !== 'object') return 'undefined-condition';
  return childElements(holder).find(({ name }) => name !== 'text')?.name ?? 'undefined-condition';
}

/** §6: the stream error for a peer that acknowledges more than it was sent. */
/* @__NO_SIDE_EFFECTS__ */
export function handledCountTooHigh(h: number, sendCount: number): StreamError {
  return new StreamError('undefined-condition', {
    text: `You acknowledged ${h} stanzas, but I only sent you ${sendCount} so far.`,
    application: createElement('handled-count-too-high', NS_SM, { 'h': String(h), 'send-count': String(sendCount) }),
  });
}
