import { TimeoutError, XmppError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { EncodedStanza, Outcome, StreamContext, StreamModule } from '@xeps/stream';
import { StreamError } from '@xeps/stream';
import { answer, decodeEnabled, decodeFailed, decodeHandled, enable, NS_SM, request, resume } from './elements.ts';
import { createUnackedQueue } from './unacked.ts';
import type { UnackedStanza } from './unacked.ts';

/** Time, given from outside so that a stream has no timers of its own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after some milliseconds; the answer cancels that. */
  schedule(callback: () => void, milliseconds: number): () => void;
}

/** A session as plain data: what another process or page needs to resume it. */
export interface StreamManagementState {
  readonly id: string;
  readonly jid: string;
  /** Stanzas handled here. */
  readonly inbound: number;
  /** Stanzas handled there, as far as known. */
  readonly outbound: number;
  readonly max?: number;
  readonly location?: string;
  readonly unacked: readonly { readonly stanza: EncodedStanza; readonly time: number }[];
}

/** How streams are managed. */
export interface StreamManagementOptions {
  readonly clock: Clock;
  /** Whether to ask for resumption; true when left out. */
  readonly resumable?: boolean | undefined;
  /** Seconds for which the server is asked to keep the session. */
  readonly max?: number | undefined;
  /** An acknowledgement is asked for after so many stanzas (25 when left out)… */
  readonly requestAfterStanzas?: number | undefined;
  /** …or when nothing more was sent for so many milliseconds (250 when left out). */
  readonly requestAfterMilliseconds?: number | undefined;
  /**
   * Milliseconds that the server has to answer a wish to resume (10,000 when left out); then the stream ends with
   * `TimeoutError`. When it has been silent for twice as long in all, no new stream asks for that session any more.
   */
  readonly resumeTimeout?: number | undefined;
  /** A session to go on with. */
  readonly state?: StreamManagementState | undefined;
  /** The server refused to enable or resume; the stream goes on without. */
  readonly onFailed?: ((error: StreamManagementError) => void) | undefined;
}

/** The server answered `<failed/>`, §6, or did not answer a wish to resume. */
export class StreamManagementError extends XmppError {
  static override readonly brand = 'StreamManagementError';
  readonly reason: 'enable' | 'resume';
  /**
   * A stanza error condition: `item-not-found` when the session is not known any more, `remote-server-timeout` when the
   * server did not answer.
   */
  readonly condition: string;

  constructor(reason: 'enable' | 'resume', condition: string, domain: string) {
    super('ERR_XMPP_SM', `${domain} did not ${reason} stream management: ${condition}`);
    this.reason = reason;
    this.condition = condition;
  }
}

/** Stream management of one account's connection; it outlives the streams that its module is part of. */
export interface StreamManagement {
  readonly module: StreamModule;
  /** The present stream acknowledges stanzas. */
  readonly active: boolean;
  /** There is a session to resume. */
  readonly resumable: boolean;
  /** Where the server wants the next connection, §3. */
  readonly location: string | undefined;
  /** How many stanzas wait for an acknowledgement. */
  readonly unacked: number;
  /** Asks the server for an acknowledgement now; whether it could be asked. */
  requestAck(): boolean;
  /** The stanzas of sessions that can't be resumed, oldest first. They are the caller's from now on. */
  takeLost(): readonly UnackedStanza[];
  /** The session ended: what was not acknowledged is lost, see `takeLost`. */
  forget(): void;
  /** The session as plain data; undefined when there is nothing to resume. */
  snapshot(): StreamManagementState | undefined;
}

/** Makes stream management with nothing to resume, or with the session in `state`. */
/* @__NO_SIDE_EFFECTS__ */
export function createStreamManagement(options: StreamManagementOptions): StreamManagement {
  const { clock, state } = options;
  const requestAfterStanzas = options.requestAfterStanzas ?? 25;
  const requestAfterMilliseconds = options.requestAfterMilliseconds ?? 250;
  const resumeTimeout = options.resumeTimeout ?? 10_000;
  const unacked = createUnackedQueue(
    state?.unacked.map((entry) => ({ ...entry, receipt: undefined })),
    state?.outbound,
  );
  const lost: UnackedStanza[] = [];
  /** The session's id, while it can be resumed. */
  let id = state?.id;
  let jid = state?.jid;
  let max = state?.max;
  let location = state?.location;
  let inbound = state?.inbound ?? 0;
  /** Milliseconds for which the server has let wishes to resume it wait, on however many streams. */
  let silence = 0;

  // Of the present stream only:
  let negotiating: StreamContext | undefined;
  let stream: StreamContext | undefined;
  let countsOutbound = false;
  let countsInbound = false;
  let asked = false;
  let askedToResume: number | undefined;
  let sinceRequest = 0;
  let requested = false;
  let cancelTimer: (() => void) | undefined;

  const forget = (): void => {
    lost.push(...unacked.clear());
    id = undefined;
    jid = undefined;
    max = undefined;
    location = undefined;
    inbound = 0;
    silence = 0;
  };

  const requestNow = (): boolean => {
    cancelTimer?.();
    cancelTimer = undefined;
    if (stream === undefined || !countsInbound) return false;
    requested = true;
    sinceRequest = 0;
    stream.send(request());
    return true;
  };
  const requestLater = (): void => {
    cancelTimer?.();
    cancelTimer = clock.schedule(requestNow, requestAfterMilliseconds);
  };

  const reset = (): void => {
    // A machine that slept in the meantime has not waited.
    if (askedToResume !== undefined) silence += Math.min(clock.now() - askedToResume, resumeTimeout);
    askedToResume = undefined;
    cancelTimer?.();
    cancelTimer = undefined;
    stream = undefined;
    countsOutbound = countsInbound = asked = requested = false;
    sinceRequest = 0;
  };

  const acknowledge = (element: Element): void => {
    try {
      unacked.acknowledge(decodeHandled(element));
    } catch (error) {
      // A peer that can't count can't resume either.
      forget();
      throw error;
    }
  };

  /** Asks to resume. Rejects with `TimeoutError` when the server says nothing to that. */
  async function askToResume(context: StreamContext, previd: string): Promise<Element> {
    const late = Promise.withResolvers<never>();
    askedToResume = clock.now();
    const cancel = clock.schedule(() => {
      askedToResume = undefined;
      silence += resumeTimeout;
      late.reject(new TimeoutError(`${context.domain} did not answer within ${resumeTimeout} ms whether it resumes`));
    }, resumeTimeout);
    context.send(resume(previd, inbound));
    const answered = context.next(
      (element) => element.getNS() === NS_SM && (element.name === 'resumed' || element.name === 'failed'),
    );
    const reply = await Promise.race([answered, late.promise]).finally(cancel);
    askedToResume = undefined;
    silence = 0;
    return reply;
  }

  async function tryResume(context: StreamContext, previd: string): Promise<Outcome> {
    const reply = await askToResume(context, previd);
    if (reply.name === 'failed') {
      // §5: a session that timed out may still tell what it handled.
      if (reply.attrs['h'] !== undefined) acknowledge(reply);
      forget();
      options.onFailed?.(new StreamManagementError('resume', decodeFailed(reply), context.domain));
      return 'done';
    }
    if (reply.attrs['previd'] !== previd) {
      throw new StreamError('bad-format', {
        text: `asked to resume ${previd}, ${String(reply.attrs['previd'])} was resumed`,
      });
    }
    acknowledge(reply);
    stream = context;
    countsOutbound = countsInbound = asked = true;
    context.setBound(parseJid(jid!), { resumed: true });
    // §5: whatever is still unacknowledged now is sent again, in order, before anything else.
    for (const { stanza } of unacked.entries()) context.sendStanza(stanza);
    if (unacked.size > 0) requestNow();
    return 'online';
  }

  const module: StreamModule = {
    name: 'stream-management',
    negotiate(features, context) {
      // A stream that ended in the middle of resuming must leave nothing behind.
      if (negotiating !== context) reset();
      negotiating = context;
      if (!context.authenticated) return 'skip';
      const offered = features.getChild('sm', NS_SM) !== undefined;
      if (context.jid === undefined) {
        if (silence >= 2 * resumeTimeout) {
          // The server keeps something of the session that it can't give back: a new one is better than none.
          forget();
          options.onFailed?.(new StreamManagementError('resume', 'remote-server-timeout', context.domain));
        }
        return offered && id !== undefined ? tryResume(context, id) : 'skip';
      }
      if (asked) return 'skip';
      asked = true;
      // A new address was bound, so that there is nothing left to resume.
      forget();
      if (!offered) return 'skip';
      // §4: counting what is sent begins here, and needs no answer; `<enabled/>` is awaited while stanzas flow.
      stream = context;
      countsOutbound = true;
      jid = context.jid.toString();
      context.send(enable({ resume: options.resumable ?? true, max: options.max }));
      return 'skip';
    },
    received() {
      if (countsInbound) inbound = (inbound + 1) >>> 0;
    },
    sent(stanza, receipt, context) {
      if (!countsOutbound) return false;
      stream = context;
      unacked.push({ stanza, receipt, time: clock.now() });
      sinceRequest += 1;
      if (sinceRequest >= requestAfterStanzas && !requested) requestNow();
      else requestLater();
      return true;
    },
    element(element, context) {
      if (element.getNS() !== NS_SM) return false;
      if (element.name === 'r') {
        if (countsInbound) context.send(answer(inbound));
      } else if (element.name === 'a') {
        requested = false;
        try {
          acknowledge(element);
        } catch (error) {
          context.fail(error as StreamError);
          return true;
        }
        if (unacked.size > 0) requestLater();
      } else if (element.name === 'enabled' && countsOutbound && !countsInbound) {
        ({ id, max, location } = decodeEnabled(element));
        inbound = 0;
        countsInbound = true;
        if (unacked.size > 0) requestLater();
      } else if (element.name === 'failed' && countsOutbound && !countsInbound) {
        countsOutbound = false;
        for (const entry of unacked.clear()) entry.receipt?.acked();
        options.onFailed?.(new StreamManagementError('enable', decodeFailed(element), context.domain));
      }
      return true;
    },
    closing(context) {
      if (!countsInbound) return;
      // §4: the server learns what was handled, and tells what it has handled before it closes.
      if (unacked.size > 0) requestNow();
      context.send(answer(inbound));
    },
    ended: reset,
  };

  return {
    module,
    get active() {
      return countsInbound;
    },
    get resumable() {
      return id !== undefined;
    },
    get location() {
      return location;
    },
    get unacked() {
      return unacked.size;
    },
    requestAck: requestNow,
    takeLost: () => lost.splice(0),
    forget,
    snapshot() {
      if (id === undefined || jid === undefined) return undefined;
      return {
        id,
        jid,
        inbound,
        outbound: unacked.handled,
        ...(max !== undefined && { max }),
        ...(location !== undefined && { location }),
        unacked: unacked.entries().map(({ stanza, time }) => ({ stanza, time })),
      };
    },
  };
}
