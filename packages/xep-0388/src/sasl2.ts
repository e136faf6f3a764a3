import { tryParseJid } from '@xeps/core/jid';
import type { Element } from '@xeps/core';
import { createElement, decodeSaslData, decodeSaslFailure, SaslError, selectMechanism } from '@xeps/stream';
import type { InlineFeature, Outcome, SaslChoice, StreamContext, StreamModule } from '@xeps/stream';
import { authenticate, decodeAuthentication, NS_SASL2, response } from './elements.ts';
import type { Authentication } from './elements.ts';
import type { Sasl2Options, Sasl2Parts } from './options.ts';

/** A request to sign in that was sent. */
interface Request {
  readonly choice: SaslChoice;
  readonly asked: readonly InlineFeature[];
}

const isSasl2 = (element: Element): boolean => element.getNS() === NS_SASL2;

/**
 * Signing in by the extensible profile, §2: with everything that the server can do in the same step, without a new
 * stream, and by a token first where there is one. Rejects with `SaslError`.
 */
/* @__NO_SIDE_EFFECTS__ */
export function sasl2(options: Sasl2Options): StreamModule {
  return sasl2With({ ...options, select: (offer, stream) => selectMechanism(options, offer, stream) });
}

/** As {@link sasl2}, without what it chooses the mechanism by: that may be loaded later. */
/* @__NO_SIDE_EFFECTS__ */
export function sasl2With(options: Sasl2Parts): StreamModule {
  const { token, pipelining, tasks = [] } = options;
  /** What was sent with the header, on the stream that it was sent on. */
  let early: { readonly stream: StreamContext; readonly request: Promise<Request | undefined> } | undefined;
  /** Nothing has come of that yet. */
  let unanswered = false;

  async function send(
    choice: SaslChoice,
    authentication: Authentication,
    stream: StreamContext,
    extensions: readonly (Element | undefined)[],
  ): Promise<Request> {
    const { mechanism } = choice;
    const asked: InlineFeature[] = [];
    const elements = extensions.filter((element) => element !== undefined);
    for (const feature of [...(options.inline ?? []), ...(token === undefined ? [] : [token])]) {
      const element = await feature.request(authentication.inline, stream);
      if (element !== undefined) elements.push(element);
      // A token that is used may be replaced without having been asked for (XEP-0484 §3.5).
      if (element !== undefined || (choice.token && feature === token)) asked.push(feature);
    }
    stream.send(authenticate(mechanism.name, await mechanism.initial(), options.userAgent, elements));
    return { choice, asked };
  }

  /** Signs in by token, if there is one that fits. */
  async function sendToken(features: Element, stream: StreamContext, pipelined: boolean): Promise<Request | undefined> {
    const authentication = decodeAuthentication(features);
    const attempt = authentication && (await token?.attempt(authentication.inline, stream));
    if (!attempt) return undefined;
    const { mechanism, element } = attempt;
    const offer = { profile: 'sasl2', mechanisms: authentication.mechanisms, features } as const;
    const choice: SaslChoice = { mechanism, offer, binding: undefined, token: true, pipelined };
    return send(choice, authentication, stream, [element, pipelined ? pipelining?.request(features) : undefined]);
  }

  async function sendMechanism(authentication: Authentication, features: Element, stream: StreamContext) {
    const offer = { profile: 'sasl2', mechanisms: authentication.mechanisms, features } as const;
    const choice = await options.select(offer, stream);
    const wishes: Element[] = [];
    for (const task of tasks) wishes.push(...((await task.request?.(authentication, choice.mechanism, stream)) ?? []));
    return send(choice, authentication, stream, wishes);
  }

  /** Follows a request to its end; resolves with `<failure/>` when the server does not let this side in. */
  async function finish({ choice, asked }: Request, stream: StreamContext): Promise<Outcome | Element> {
    const { mechanism } = choice;
    let proved = false;
    for (;;) {
      const answer = await stream.next(isSasl2);
      unanswered = false;
      if (answer.name === 'challenge' && !proved) {
        stream.send(response(await respond(mechanism.challenge(decodeSaslData(answer.getText())), stream)));
      } else if (answer.name === 'success' || answer.name === 'continue') {
        if (!proved) {
          const more = answer.getChild('additional-data', NS_SASL2);
          await respond(mechanism.success(more && decodeSaslData(more.getText())), stream);
          proved = true;
        }
        if (answer.name === 'continue') await perform(answer, stream);
        else return succeed(answer, choice, asked, stream);
      } else if (answer.name === 'failure') {
        await mechanism.failure?.();
        return answer;
      } else {
        throw new SaslError('malformed-request', `${stream.domain} sent <${answer.name}/> where none belongs`);
      }
    }
  }

  async function respond<T>(answer: Promise<T>, stream: StreamContext): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // §4.5: the server is told that nothing more comes.
      stream.send(createElement('abort', NS_SASL2));
      throw error;
    }
  }

  async function succeed(
    success: Element,
    choice: SaslChoice,
    asked: readonly InlineFeature[],
    stream: StreamContext,
  ): Promise<Outcome> {
    const identifier = success.getChildText('authorization-identifier', NS_SASL2)?.trim() ?? '';
    const jid = tryParseJid(identifier);
    // Nobody else's account, and nobody but the domain asked for can say who somebody is.
    if (jid?.domain !== stream.domain || (options.account && !jid.bare().equals(options.account.bare()))) {
      throw new SaslError('invalid-authzid', `${stream.domain} signed in "${identifier}", which was not asked for`);
    }
    stream.setAuthenticated();
    for (const feature of asked) feature.answered(success, stream);
    for (const guard of options.guards ?? []) await guard.succeeded?.(choice, stream);
    return stream.jid === undefined ? 'features' : 'online';
  }

  /** §2.6.3: does one of the tasks that the server offers. */
  async function perform(element: Element, stream: StreamContext): Promise<void> {
    const list = element.getChild('tasks', NS_SASL2)?.getChildren('task', NS_SASL2) ?? [];
    const names = list.map((task) => task.getText().trim());
    const name = names.find((known) => tasks.some((task) => task.can(known)));
    const task = tasks.find((able) => name !== undefined && able.can(name));
    if (name === undefined || task === undefined) {
      stream.send(createElement('abort', NS_SASL2));
      const text = element.getChildText('text', NS_SASL2) ?? undefined;
      throw new SaslError(
        'task',
        `${stream.domain} wants more to sign in, which is unknown here: ${names.join(', ')}`,
        {
          text,
        },
      );
    }
    const say = (tag: string, attributes: Record<string, string>, children: Element[]): void =>
      stream.send(createElement(tag, NS_SASL2, attributes, children));
    const work = task.perform(name, {
      next: (...children) => say('next', { task: name }, children),
      send: (...children) => say('task-data', {}, children),
      async receive() {
        const answer = await stream.next(isSasl2);
        if (answer.name === 'failure') throw decodeSaslFailure(answer, name, stream.domain);
        if (answer.name === 'task-data') return answer;
        throw new SaslError('malformed-request', `${stream.domain} broke off the task ${name}`);
      },
    });
    await respond(work, stream);
  }

  async function attempt(request: Request, features: Element, stream: StreamContext): Promise<Outcome | 'refused'> {
    const result = await finish(request, stream);
    if (typeof result === 'string') {
      pipelining?.remember(features, stream);
      return result;
    }
    const { choice } = request;
    const failure = decodeSaslFailure(result, choice.mechanism.name, stream.domain);
    if (!choice.token) throw failure;
    if (!pipelining?.mismatch(result)) await token?.refused(failure);
    return 'refused';
  }

  async function negotiate(features: Element, stream: StreamContext): Promise<Outcome> {
    const sent = early?.stream === stream ? await early.request : undefined;
    early = undefined;
    // §2.6.2: a failure leaves the stream as it was: what is to be had by other means is had by them.
    const first = sent && (await attempt(sent, features, stream));
    if (first && first !== 'refused') return first;
    const authentication = decodeAuthentication(features);
    if (authentication === undefined) return 'skip';
    const second = await sendToken(features, stream, false);
    const outcome = second && (await attempt(second, features, stream));
    if (outcome && outcome !== 'refused') return outcome;
    const third = await attempt(await sendMechanism(authentication, features, stream), features, stream);
    return third === 'refused' ? 'skip' : third;
  }

  return {
    name: 'sasl2',
    opened(stream) {
      const features = stream.authenticated ? undefined : pipelining?.remembered(stream);
      if (features === undefined) return;
      const request = sendToken(features, stream, true);
      void request.then(
        (known) => (unanswered = known !== undefined),
        () => {},
      );
      early = { stream, request };
    },
    negotiate(features, stream) {
      if (stream.authenticated) return 'skip';
      if (early?.stream !== stream && features.getChild('authentication', NS_SASL2) === undefined) return 'skip';
      return negotiate(features, stream);
    },
    ended() {
      // A server that hung up may not have understood.
      if (unanswered) pipelining?.forget();
      early = undefined;
      unanswered = false;
    },
  };
}
