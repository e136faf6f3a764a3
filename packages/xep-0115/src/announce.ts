import { Element } from '@xeps/core';
import type { Session } from '@xeps/core';
import type { DiscoApi, DiscoInfo } from '@xeps/xep-0030';
import { capabilities } from './schema.ts';
import type { Capabilities } from './schema.ts';
import { verificationString } from './verification.ts';

/** Milliseconds between a change and the presence that tells of it: changes come in groups. */
const TELL_AFTER = 500;
/** How many of the own verification strings are answered for: whoever read an earlier one may ask late. */
const ANSWERED = 8;

/** Announces what this entity can do. */
export interface Announcer {
  /** What presence carries now; `undefined` until it is computed for the first time. */
  current(): Capabilities | undefined;
  /** Names the software from now on (§4). */
  setNode(node: string): void;
}

/** Adds `<c/>` to outgoing presence, answers for what it stands for, and tells when it changes (§6.1, §6.2). */
export function announce(session: Session, disco: DiscoApi, initialNode: string): Announcer {
  let node = initialNode;
  let current: Capabilities | undefined;
  let dirty = false;
  /** The last presence that the server broadcast, without capabilities, and those that it had. */
  let broadcast: { readonly presence: Element; readonly told: Capabilities | undefined } | undefined;
  /** Whether the server has forgotten it, which is known once the next session begins or this one is resumed. */
  let lost = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const answered = new Map<string, Disposable>();

  function recompute(): void {
    if (dirty) return;
    dirty = true;
    // Plugins are installed one after another: once they all are, the sum is taken.
    queueMicrotask(() => {
      compute().catch(session.report);
    });
  }

  async function compute(): Promise<void> {
    dirty = false;
    const info = disco.info();
    const next = { hash: 'sha-1', node, ver: await verificationString(info) };
    // A later change has its own turn.
    if (dirty || session.signal.aborted) return;
    if (current?.node === next.node && current.ver === next.ver) return;
    current = next;
    answerFor(`${next.node}#${next.ver}`, info);
    tell();
  }

  function answerFor(name: string, info: DiscoInfo): void {
    answered.get(name)?.[Symbol.dispose]();
    answered.delete(name);
    answered.set(name, disco.addNode(name, { info }));
    for (const [oldest, answer] of answered) {
      if (answered.size <= ANSWERED) break;
      answer[Symbol.dispose]();
      answered.delete(oldest);
    }
  }

  /** §6.1: presence is sent again when what it says has changed. */
  function tell(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (broadcast === undefined || lost || broadcast.told === current || session.status !== 'online') return;
      const again = copy(broadcast.presence);
      delete again.attrs['id'];
      session.send(again).catch(() => undefined); // The next presence tells it.
    }, TELL_AFTER);
  }

  session.beforeSend('presence', (presence) => {
    const { type, to } = presence.attrs as Readonly<Record<string, string | undefined>>;
    if (to === undefined && type === 'unavailable') broadcast = undefined;
    if (type !== undefined) return;
    // Somebody who composed the presence by hand knows better.
    if (presence.children.some((child) => typeof child === 'object' && capabilities.is(child))) return;
    if (to === undefined) {
      broadcast = { presence: copy(presence), told: current };
      lost = false;
    }
    if (current !== undefined) presence.cnode(capabilities.encode(current));
  });
  session.on('disconnected', () => void (lost = true));
  session.on('resumed', () => void (lost = false));
  session.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  disco.onChange(recompute);
  recompute();

  return {
    current: () => current,
    setNode(value) {
      node = value;
      recompute();
    },
  };
}

/** The stanza that is sent belongs to its sender: it may be changed on its way. */
function copy(element: Element): Element {
  const twin = new Element(element.name, { ...element.attrs });
  for (const child of element.children) {
    if (typeof child === 'object') twin.cnode(copy(child));
    else twin.t(child);
  }
  return twin;
}
