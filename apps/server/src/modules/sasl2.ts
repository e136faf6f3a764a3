import type { Element } from '@xeps/core';
import { childElements } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { createElement, fromBase64, NS_SASL, toBase64 } from '@xeps/stream';
import { NS_SASL2 } from '@xeps/xep-0388';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { maxFailures, weightOf } from '../sasl/failures.ts';
import { SaslFailure } from '../sasl/types.ts';
import type { ServerMechanism, ServerStep } from '../sasl/types.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { signIn } from './sign-in.ts';

/** The client, as it says (§2.2). */
export interface ClientAgent {
  readonly id: string | undefined;
  readonly software: string | undefined;
  readonly device: string | undefined;
}

/** Something that is done in the same step as signing in (§2.2). */
export interface InlineStep {
  /** What says in the offer that it can be had. */
  offer(stream: ServerStream): Element | undefined;
  /** Does it, once the client has signed in; what it gives becomes part of `<success/>`. */
  apply(stream: ServerStream, authenticate: Element, agent: ClientAgent, success: Success): Element | undefined;
  /** Everything was written. */
  done?(stream: ServerStream): void;
}

/** How somebody has signed in. */
export type Success = ServerStep & { readonly kind: 'success' };

/** More ways to sign in than by password (XEP-0484). */
export interface ExtraMechanisms {
  /** Begins an exchange, or leaves it to others. @throws SaslFailure */
  begin(stream: ServerStream, name: string, authenticate: Element): ServerMechanism | undefined;
}

/** What others may add. */
export interface Sasl2Api {
  inline(step: InlineStep): void;
  mechanisms(extra: ExtraMechanisms): void;
}

interface Attempt {
  mechanism: ServerMechanism | undefined;
  authenticate: Element | undefined;
  failures: number;
}

/** The extensible SASL profile (XEP-0388): signing in, and all that can be done with it, in one request. */
export const sasl2: ServerModule<Sasl2Api | undefined> = serverModule({
  name: 'sasl2',
  setup(host, use): Sasl2Api | undefined {
    const signing = use(signIn);
    if (signing === undefined) return undefined;
    const attempts = new WeakMap<ServerStream, Attempt>();
    const steps: InlineStep[] = [];
    const extras: ExtraMechanisms[] = [];

    function succeed(stream: ServerStream, attempt: Attempt, result: Success): void {
      const account = signing!.account(result);
      const authenticate = attempt.authenticate!;
      stream.authenticated(account);
      const agent = agentOf(authenticate);
      const answers = steps.flatMap((step) => step.apply(stream, authenticate, agent, result) ?? []);
      if (stream.closed) return;
      const jid: Jid = stream.session?.jid ?? account;
      const success = createElement('success', NS_SASL2);
      if (result.data !== undefined) success.cnode(data('additional-data', result.data));
      success.cnode(createElement('authorization-identifier', NS_SASL2, {}, [String(jid)]));
      for (const answer of answers) success.cnode(answer);
      stream.send(success);
      // §2.6.1: no new stream, but new features.
      stream.sendFeatures();
      for (const step of steps) step.done?.(stream);
    }

    async function proceed(stream: ServerStream, attempt: Attempt, message: Uint8Array): Promise<void> {
      const result = await attempt.mechanism!.step(message);
      if (result.kind === 'challenge') return stream.send(data('challenge', result.data));
      succeed(stream, attempt, result);
    }

    async function take(stream: ServerStream, element: Element): Promise<void> {
      const attempt = attempts.get(stream) ?? { mechanism: undefined, authenticate: undefined, failures: 0 };
      attempts.set(stream, attempt);
      try {
        if (element.name === 'authenticate') {
          const name = String(element.attrs['mechanism'] ?? '');
          attempt.authenticate = element;
          attempt.mechanism = begin(stream, name, element);
          const initial = element.getChild('initial-response', NS_SASL2);
          if (initial === undefined) return stream.send(data('challenge', new Uint8Array()));
          return await proceed(stream, attempt, read(initial));
        }
        if (element.name === 'response' && attempt.mechanism !== undefined)
          return await proceed(stream, attempt, read(element));
        throw new SaslFailure(
          element.name === 'abort' ? 'aborted' : 'malformed-request',
          `<${element.name}/> out of order`,
        );
      } catch (error) {
        if (!(error instanceof SaslFailure)) throw error;
        attempt.mechanism = undefined;
        attempt.failures += weightOf(error);
        stream.send(createElement('failure', NS_SASL2, {}, [createElement(error.condition, NS_SASL)]));
        if (attempt.failures >= maxFailures) stream.fail('policy-violation', 'too many attempts to sign in');
      }
    }

    function begin(stream: ServerStream, name: string, element: Element): ServerMechanism {
      for (const extra of extras) {
        const mechanism = extra.begin(stream, name, element);
        if (mechanism !== undefined) return mechanism;
      }
      return signing!.begin(stream, name);
    }

    host.streamParts.push({
      features(stream) {
        const names = signing.mechanisms(stream);
        if (names.length === 0) return [];
        const inline = steps.flatMap((step) => step.offer(stream) ?? []);
        const mechanisms = names.map((name) => createElement('mechanism', undefined, {}, [name]));
        return [
          createElement('authentication', NS_SASL2, {}, [
            ...mechanisms,
            ...(inline.length === 0 ? [] : [createElement('inline', undefined, {}, inline)]),
          ]),
        ];
      },
      element: (stream, element) =>
        element.getNS() === NS_SASL2 && stream.account === undefined ? take(stream, element) : false,
    });
    return {
      inline: (step) => void steps.push(step),
      mechanisms: (extra) => void extras.push(extra),
    };
  },
});

/** §2.3: data that is there and empty is an empty element. */
function data(name: string, bytes: Uint8Array): Element {
  return createElement(name, NS_SASL2, {}, bytes.length === 0 ? [] : [toBase64(bytes)]);
}

function read(element: Element): Uint8Array {
  const text = element.getText().trim();
  const bytes = text === '=' ? new Uint8Array() : fromBase64(text);
  if (bytes === undefined) throw new SaslFailure('incorrect-encoding', 'not base64');
  return bytes;
}

/** Texts that clients give themselves are cut to what a list can show. */
const maxText = 200;

function agentOf(authenticate: Element): ClientAgent {
  const agent = authenticate.getChild('user-agent', NS_SASL2);
  const text = (name: string): string | undefined =>
    agent === undefined
      ? undefined
      : childElements(agent)
          .find((child) => child.name === name)
          ?.getText()
          .slice(0, maxText);
  const id = agent?.attrs['id'] as string | undefined;
  return { id: id?.slice(0, maxText), software: text('software'), device: text('device') };
}
