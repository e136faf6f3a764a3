import { Element, NS_CLIENT, newId, StanzaError, childElements } from '@xeps/core';
import { createElement } from '@xeps/stream';
import type { EncodedStanza } from '@xeps/stream';
import { decodeHandled, handledCountTooHigh, NS_SM } from '@xeps/xep-0198';
import { delay } from '@xeps/xep-0203';
import type { Host } from '../host/host.ts';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { archive } from './archive/index.ts';
import { carbons } from './carbons.ts';

/** Seconds for which a session without a connection is kept: where nothing is said, and at most. */
const keeping = { usual: 600, most: 3600 };
/** Stanzas that may wait for an acknowledgement; who lets more wait is not there. */
const maxUnacked = 100_000;

/** What a session knows of its counting. */
interface Managed {
  readonly session: ClientSession;
  /** Names it for resuming; undefined when it can't be resumed. */
  readonly id: string | undefined;
  readonly max: number;
  /** Stanzas of the client that were taken. */
  handled: number;
  /** How many of ours the client has confirmed. */
  acked: number;
  readonly unacked: { readonly element: Element; readonly encoded: EncodedStanza; readonly at: number }[];
  /** It was asked, and has not answered yet. */
  asking: boolean;
  cancelEnd: (() => void) | undefined;
}

/** For profiles that do it in the same step as something else (XEP-0198 §9). */
export interface StreamManagementApi {
  /** Enables it for the stream's session; gives `<enabled/>`. */
  enable(stream: ServerStream, request: Element): Element;
  /** Puts a session on the stream; gives `<resumed/>`, or `<failed/>`. `written` is called when it may go on. */
  resume(stream: ServerStream, request: Element): { readonly answer: Element; readonly goOn?: () => void };
  /** The feature. */
  feature(): Element;
}

/** Stream Management (XEP-0198): nothing is lost with a connection. */
export const streamManagement: ServerModule<StreamManagementApi> = serverModule({
  name: 'stream-management',
  setup(host, use): StreamManagementApi {
    const managed = new WeakMap<ClientSession, Managed>();
    const byId = new Map<string, Managed>();
    const of = ({ session }: ServerStream): Managed | undefined => session && managed.get(session);

    function enable(stream: ServerStream, request: Element): Element {
      const { session } = stream;
      if (session === undefined || managed.has(session)) return failed('unexpected-request');
      const { resume: wish, max: text } = request.attrs as Readonly<Record<string, string | undefined>>;
      const resumable = wish === 'true' || wish === '1';
      const max = Math.min(/^\d{1,6}$/.test(text ?? '') ? Number(text) : keeping.usual, keeping.most);
      const id = resumable ? newId() : undefined;
      const state: Managed = {
        session,
        id,
        max,
        handled: 0,
        acked: 0,
        unacked: [],
        asking: false,
        cancelEnd: undefined,
      };
      managed.set(session, state);
      if (id !== undefined) byId.set(id, state);
      session.onWritten = (element, encoded) => written(state, element, encoded);
      session.keepWithoutStream = () => hibernate(state);
      return createElement('enabled', NS_SM, {
        id,
        resume: resumable ? 'true' : undefined,
        max: resumable ? String(max) : undefined,
      });
    }

    function written(state: Managed, element: Element, encoded: EncodedStanza): void {
      state.unacked.push({ element, encoded, at: host.clock.now() });
      if (state.unacked.length > maxUnacked) return giveUp(state);
      ask(state);
    }

    /** Asks how far the client is: once for what is written in a turn, and not before the last question is answered. */
    function ask(state: Managed): void {
      if (state.asking || state.unacked.length === 0 || state.session.stream === undefined) return;
      state.asking = true;
      // Behind what is being written.
      queueMicrotask(() => state.session.stream?.send(createElement('r', NS_SM)));
    }

    function acknowledge(stream: ServerStream, state: Managed, h: number): boolean {
      const count = (h - state.acked) >>> 0;
      if (count > state.unacked.length) {
        const sent = (state.acked + state.unacked.length) >>> 0;
        const { application } = handledCountTooHigh(h, sent);
        stream.fail(
          'undefined-condition',
          `You acknowledged ${h} stanzas, but I only sent you ${sent} so far.`,
          application,
        );
        return false;
      }
      state.unacked.splice(0, count);
      state.acked = h;
      return true;
    }

    function hibernate(state: Managed): boolean {
      state.asking = false;
      if (state.id === undefined || state.max === 0) return endNow(state);
      state.cancelEnd = host.clock.schedule(() => endNow(state), state.max * 1000);
      return true;
    }

    function endNow(state: Managed): false {
      if (state.session.alive)
        host.end(
          state.session,
          state.unacked.map(({ element }) => element),
        );
      return false;
    }

    function giveUp(state: Managed): void {
      state.session.stream?.fail('policy-violation', `${maxUnacked} stanzas were not acknowledged`);
      endNow(state);
    }

    function resume(stream: ServerStream, request: Element): ReturnType<StreamManagementApi['resume']> {
      const state = byId.get(String(request.attrs['previd'] ?? ''));
      // §5: only the account itself; somebody else's session is none that is known.
      if (state === undefined || !state.session.alive || stream.account?.equals(state.session.jid.bare()) !== true) {
        return { answer: failed('item-not-found') };
      }
      const h = decodeHandled(request);
      if (!acknowledge(stream, state, h)) return { answer: failed('bad-request') };
      const { session } = state;
      const before = session.stream;
      state.cancelEnd?.();
      state.cancelEnd = undefined;
      session.attach(stream);
      // §5: a connection that nobody had noticed the loss of.
      before?.fail('conflict', 'the session was resumed on another connection');
      stream.attach(session);
      return {
        answer: createElement('resumed', NS_SM, { h: String(state.handled), previd: state.id }),
        goOn() {
          for (const { encoded, element } of state.unacked) stream.sendStanza(encoded, element);
          state.asking = false;
          ask(state);
        },
      };
    }

    host.streamParts.push({
      features: (stream) =>
        stream.account !== undefined && of(stream) === undefined ? [createElement('sm', NS_SM)] : [],
      element(stream, element) {
        if (element.getNS() !== NS_SM) return false;
        const state = of(stream);
        switch (element.name) {
          case 'enable':
            stream.send(stream.account === undefined ? failed('unexpected-request') : enable(stream, element));
            return true;
          case 'resume': {
            const bound = stream.account === undefined || stream.session !== undefined;
            const { answer, goOn } = bound
              ? { answer: failed('unexpected-request'), goOn: undefined }
              : resume(stream, element);
            if (!stream.closed) stream.send(answer);
            goOn?.();
            return true;
          }
          case 'r':
            if (state === undefined) return false;
            stream.send(createElement('a', NS_SM, { h: String(state.handled) }));
            return true;
          case 'a':
            if (state === undefined) return false;
            if (!acknowledge(stream, state, decodeHandled(element))) return true;
            state.asking = false;
            ask(state);
            return true;
          default:
            return false;
        }
      },
      received(stream) {
        const state = of(stream);
        if (state !== undefined) state.handled = (state.handled + 1) >>> 0;
      },
    });

    host.hooks.on('ended', ({ session, undelivered }) => {
      const state = managed.get(session);
      if (state === undefined) return;
      state.cancelEnd?.();
      if (state.id !== undefined) byId.delete(state.id);
      // A stream that was closed in order, or cut without resumption, leaves what was not confirmed as well.
      const lost = undelivered.length > 0 ? undelivered : state.unacked.map(({ element }) => element);
      for (const stanza of lost)
        deliverAgain(host, session, stanza, (one) => use(carbons)?.isCarbon(one) === true, use(archive) !== undefined);
      state.unacked.length = 0;
    });

    return { enable, resume, feature: () => createElement('sm', NS_SM) };
  },
});

function failed(condition: string): Element {
  return createElement('failed', NS_SM, {}, [createElement(condition, 'urn:ietf:params:xml:ns:xmpp-stanzas')]);
}

/** §4: what a session did not get goes to others, or waits; its senders are told of the rest. */
function deliverAgain(
  host: Host,
  { jid }: ClientSession,
  stanza: Element,
  isCopy: (stanza: Element) => boolean,
  archived: boolean,
): void {
  const type = stanza.attrs['type'] as string | undefined;
  if (stanza.name === 'iq') {
    if (type === 'get' || type === 'set') host.refuse(stanza, new StanzaError('recipient-unavailable'));
    return;
  }
  if (stanza.name !== 'message' || type === 'error' || type === 'headline' || type === 'groupchat' || isCopy(stanza))
    return;
  // What an archive gave is there still.
  if (childElements(stanza).some((child) => child.name === 'result')) return;
  const account = jid.bare();
  if (host.account(account) === undefined) return;
  const others = host.sessions.of(account).filter(({ presence, priority }) => presence !== undefined && priority >= 0);
  const copy = new Element('message', { ...stanza.attrs, xmlns: NS_CLIENT, to: String(account) });
  for (const child of childElements(stanza)) copy.cnode(child);
  if (delay.safeFind(copy)?.ok !== true)
    copy.cnode(delay.encode({ stamp: new Date(host.clock.now()), from: host.jid }));
  if (others.length > 0) {
    // Where there are copies, each of the other devices has it.
    if (!archived) for (const session of others) session.send(copy);
    return;
  }
  host.hooks.run('undelivered', { account, stanza: copy, from: account });
}
