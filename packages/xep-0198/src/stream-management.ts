import { TimeoutError } from '@xeps/core';
import type { Element } from '@xeps/core';
import { parseJid } from '@xeps/core/jid';
import type { Outcome, StreamContext, StreamModule } from '@xeps/stream';
import { NS_STREAM, StreamError } from '@xeps/stream';
import { answer, decodeEnabled, decodeFailed, enable, NS_SM, request, resume } from './elements.ts';
import type { Enabled } from './elements.ts';
import { StreamManagementError } from './options.ts';
import type { StreamManagement, StreamManagementOptions } from './options.ts';
import { createSessionRecord } from './session-record.ts';

/** Milliseconds after which what was handled is written down, where nothing made that necessary sooner. */
const lazily = 50;

/** Makes stream management that goes on with the session in the journal, if there is one. */
/* @__NO_SIDE_EFFECTS__ */
export function createStreamManagement(options: StreamManagementOptions): StreamManagement {
  const { clock, journal, requestAfterStanzas = 25, requestAfterMilliseconds = 250, resumeTimeout = 10_000 } = options;
  const session = createSessionRecord(journal, confirmLater);
  const { inbound } = session;
  /** Milliseconds for which the server has let wishes to resume wait, on however many streams. */
  let silence = 0;
  let confirming: (() => void) | undefined;

  // Of the present stream only:
  let stream: StreamContext | undefined;
  let countsOutbound = false;
  let countsInbound = false;
  /** Its session is settled: resumed or new, with or without management. */
  let begun = false;
  let askedToResume: number | undefined;
  let sinceRequest = 0;
  let requested = false;
  let cancelRequest: (() => void) | undefined;
  /** How many stanzas had come when the server last asked, and of how many it was told that they are handled. */
  let askedFor = 0;
  let told = 0;

  const tell = (context: StreamContext): void => {
    context.send(answer(session.confirm()));
    told = inbound.handled;
  };
  function confirmLater(): void {
    if (journal === undefined && told >= askedFor) return;
    confirming ??= clock.schedule(() => {
      confirming = undefined;
      // §4: what was held when the server asked is told once it is handled.
      if (told < Math.min(askedFor, inbound.handled)) tell(stream!);
      else session.confirm();
    }, lazily);
  }

  const requestNow = (): boolean => {
    cancelRequest?.();
    cancelRequest = undefined;
    if (stream === undefined || !countsInbound) return false;
    requested = true;
    sinceRequest = 0;
    stream.send(request());
    return true;
  };
  const requestLater = (): void => {
    cancelRequest?.();
    cancelRequest = session.unacked.size > 0 ? clock.schedule(requestNow, requestAfterMilliseconds) : undefined;
  };

  const reset = (): void => {
    // A machine that slept in the meantime has not waited.
    if (askedToResume !== undefined) silence += Math.min(clock.now() - askedToResume, resumeTimeout);
    cancelRequest?.();
    stream = askedToResume = cancelRequest = undefined;
    countsOutbound = countsInbound = begun = requested = false;
    sinceRequest = askedFor = told = 0;
  };
  /** A stream is being negotiated. One that ended in the middle of that must leave nothing behind. */
  const enter = (context: StreamContext): void => {
    if (stream !== context) reset();
    stream = context;
  };

  const failed = (reason: 'enable' | 'resume', condition: string, context: StreamContext): void =>
    options.onFailed?.(new StreamManagementError(reason, condition, context.domain));

  /** Waits for `work`, so many milliseconds at most: undefined then, after `expired` was called. */
  function within<T>(work: Promise<T>, milliseconds: number, expired?: () => void): Promise<T | undefined> {
    const late = Promise.withResolvers<undefined>();
    const cancel = clock.schedule(() => {
      expired?.();
      late.resolve(undefined);
    }, milliseconds);
    return Promise.race([work, late.promise]).finally(cancel);
  }

  /** What to ask for when there is a session to resume and the server can. Waits for what is held of it. */
  async function askToResume(context: StreamContext, offered: boolean): Promise<Element | undefined> {
    const id = session.info?.id;
    if (!offered || id === undefined) return undefined;
    if (silence >= 2 * resumeTimeout) {
      // The server keeps something of the session that it can't give back: a new one is better than none.
      session.forget();
      failed('resume', 'remote-server-timeout', context);
      return undefined;
    }
    const held = inbound.settled();
    if (held !== undefined) {
      // Half of the time, so that the server has some left. After that a stanza that was held counts as handled: this
      // process has it, and hearing it again would be worse than what is lost if the process dies just then.
      await within(held, resumeTimeout / 2);
      inbound.release();
    }
    askedToResume = clock.now();
    return resume(id, session.confirm());
  }

  /** Goes on with the session if the server does. */
  function resumed(reply: Element | undefined, context: StreamContext): boolean {
    askedToResume = undefined;
    silence = 0;
    if (reply?.name !== 'resumed') {
      // §5: a session that timed out may still tell what it handled.
      if (reply?.attrs['h'] !== undefined) session.acknowledge(reply);
      session.forget();
      failed('resume', decodeFailed(reply), context);
      return false;
    }
    const { info } = session;
    const previd: unknown = reply.attrs['previd'];
    if (info === undefined || info.id !== previd) {
      throw new StreamError('bad-format', { text: `${String(previd)} was resumed, which nobody asked for` });
    }
    session.acknowledge(reply);
    session.save(info);
    stream = context;
    countsOutbound = countsInbound = begun = true;
    context.setBound(parseJid(info.jid), { resumed: true });
    // §5: whatever is still unacknowledged now is sent again, in order, before anything else.
    const again = session.unacked.entries();
    for (const { stanza } of again) context.sendStanza(stanza);
    if (again.length > 0) requestNow();
    return true;
  }

  /** Resumes in a step of its own. Rejects with `TimeoutError` when the server says nothing to that. */
  async function tryResume(context: StreamContext): Promise<Outcome> {
    const wish = await askToResume(context, true);
    if (wish === undefined) return 'done';
    context.send(wish);
    const answered = context.next(
      (element) => element.getNS() === NS_SM && (element.name === 'resumed' || element.name === 'failed'),
    );
    const reply = await within(answered, resumeTimeout, () => {
      askedToResume = undefined;
      silence += resumeTimeout;
    });
    if (reply === undefined)
      throw new TimeoutError(`${context.domain} did not answer within ${resumeTimeout} ms whether it resumes`);
    return resumed(reply, context) ? 'online' : 'done';
  }

  const wishToEnable = (): Element => enable({ resume: options.resumable ?? true, max: options.max });

  /** A new address was bound, so that there is nothing left to resume. §4: what is sent counts from here. */
  const begin = (context: StreamContext, enabled?: Enabled): void => {
    session.begin({ jid: String(context.jid), ...enabled });
    stream = context;
    silence = 0;
    countsOutbound = true;
    countsInbound = enabled !== undefined;
  };

  /**
   * A new address was bound, and these features say whether its stream can be
   * managed. The first that come say it: ejabberd lists again what was enabled with the binding.
   */
  function enableWith(features: Element, context: StreamContext): void {
    if (begun) return;
    begun = true;
    if (features.getChild('sm', NS_SM) === undefined) return session.forget();
    begin(context);
    // Its answer is awaited while stanzas flow.
    context.send(wishToEnable());
  }

  const module: StreamModule = {
    name: 'stream-management',
    negotiate(features, context) {
      enter(context);
      if (!context.authenticated) return 'skip';
      if (context.jid !== undefined) enableWith(features, context);
      else if (session.info?.id !== undefined && features.getChild('sm', NS_SM) !== undefined)
        return tryResume(context);
      return 'skip';
    },
    // Before the stanza is delivered. What is kept back until the stream is online came before counting began.
    received() {
      if (countsInbound) inbound.arrive();
    },
    sending(stanza, receipt) {
      if (!countsOutbound) return false;
      session.push({ stanza, receipt, time: clock.now() });
      return true;
    },
    sent() {
      if (!countsOutbound) return;
      sinceRequest += 1;
      if (sinceRequest >= requestAfterStanzas && !requested) requestNow();
      else requestLater();
    },
    element(element, context) {
      inbound.deliver();
      const { name } = element;
      const xmlns = element.getNS();
      if (name === 'features' && xmlns === NS_STREAM) enableWith(element, context);
      if (xmlns !== NS_SM) return false;
      if (name === 'r' && countsInbound) {
        askedFor = inbound.arrived;
        tell(context);
      } else if (name === 'a') {
        requested = false;
        try {
          session.acknowledge(element);
        } catch (error) {
          context.fail(error as StreamError);
          return true;
        }
        requestLater();
      } else if (name === 'enabled' && countsOutbound && !countsInbound) {
        session.save({ ...session.info!, ...decodeEnabled(element) });
        countsInbound = true;
        requestLater();
      } else if (name === 'failed' && countsOutbound && !countsInbound) {
        countsOutbound = false;
        session.settle();
        failed('enable', decodeFailed(element), context);
      }
      return true;
    },
    closing(context) {
      if (!countsInbound) return;
      // §4: the server learns what was handled, and tells what it has handled before it closes.
      if (session.unacked.size > 0) requestNow();
      // A listener that closes has seen its stanza: if that came again, it would close again.
      inbound.deliver();
      tell(context);
    },
    ended() {
      session.confirm();
      reset();
    },
  };

  return {
    module,
    resumption: {
      name: 'resumption',
      request(offer, context) {
        enter(context);
        return askToResume(context, offer.get(NS_SM) !== undefined);
      },
      answered(success, context) {
        resumed(success.getChild('resumed', NS_SM) ?? success.getChild('failed', NS_SM), context);
      },
    },
    enabling: {
      name: 'stream-management',
      request(offer, context) {
        enter(context);
        return offer.get(NS_SM) && wishToEnable();
      },
      answered(bound, context) {
        begun = true;
        const enabled = bound.getChild('enabled', NS_SM);
        if (enabled === undefined) {
          session.forget();
          return failed('enable', decodeFailed(bound.getChild('failed', NS_SM)), context);
        }
        begin(context, decodeEnabled(enabled));
      },
    },
    get active() {
      return countsInbound;
    },
    get resumable() {
      return session.info?.id !== undefined;
    },
    get location() {
      return session.info?.location;
    },
    get unacked() {
      return session.unacked.size;
    },
    requestAck: requestNow,
    hold: inbound.hold,
    takeLost() {
      // Bound by Bind 2, and nothing was said about management.
      if (!begun && stream?.jid !== undefined) session.forget();
      return session.takeLost(countsOutbound);
    },
    forget: session.forget,
    snapshot: () => (session.info?.id === undefined ? undefined : session.state()),
  };
}
