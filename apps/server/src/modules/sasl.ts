import type { Element } from '@xeps/core';
import { createElement, fromBase64, NS_SASL, toBase64 } from '@xeps/stream';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import { maxFailures, weightOf } from '../sasl/failures.ts';
import { SaslFailure } from '../sasl/types.ts';
import type { ServerMechanism } from '../sasl/types.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { signIn } from './sign-in.ts';

/** XEP-0440 §7. */
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

/** The exchange that a stream is in, and how often one has failed. */
interface Attempt {
  mechanism: ServerMechanism | undefined;
  failures: number;
}

/** Signing in by the classic profile (RFC 6120 §6). */
export const sasl: ServerModule = serverModule({
  name: 'sasl',
  setup(host, use) {
    const signing = use(signIn);
    if (signing === undefined) return;
    const attempts = new WeakMap<ServerStream, Attempt>();

    async function step(stream: ServerStream, attempt: Attempt, data: Uint8Array): Promise<void> {
      const result = await attempt.mechanism!.step(data);
      if (result.kind === 'challenge') {
        return stream.send(createElement('challenge', NS_SASL, {}, [encode(result.data)]));
      }
      const account = signing!.account(result);
      stream.authenticated(account);
      stream.send(createElement('success', NS_SASL, {}, result.data === undefined ? [] : [encode(result.data)]));
      // §6.4.6: behind this element a new stream begins.
      stream.restart();
    }

    async function take(stream: ServerStream, element: Element): Promise<void> {
      const attempt = attempts.get(stream) ?? { mechanism: undefined, failures: 0 };
      attempts.set(stream, attempt);
      try {
        if (element.name === 'auth') {
          attempt.mechanism = signing!.begin(stream, String(element.attrs['mechanism'] ?? ''));
          const initial = element.getText();
          // §6.3.3: no initial response, which is not an empty one, is answered by an empty challenge.
          if (initial === '') return stream.send(createElement('challenge', NS_SASL));
          return await step(stream, attempt, read(element));
        }
        if (element.name === 'response' && attempt.mechanism !== undefined)
          return await step(stream, attempt, read(element));
        throw new SaslFailure(
          element.name === 'abort' ? 'aborted' : 'malformed-request',
          `<${element.name}/> out of order`,
        );
      } catch (error) {
        if (!(error instanceof SaslFailure)) throw error;
        attempt.mechanism = undefined;
        attempt.failures += weightOf(error);
        stream.send(createElement('failure', NS_SASL, {}, [createElement(error.condition, undefined)]));
        if (attempt.failures >= maxFailures) stream.fail('policy-violation', 'too many attempts to sign in');
      }
    }

    host.streamParts.push({
      features(stream) {
        const names = signing.mechanisms(stream);
        if (names.length === 0) return [];
        const bindings = signing.bindings(stream);
        const list = createElement(
          'mechanisms',
          NS_SASL,
          {},
          names.map((name) => createElement('mechanism', undefined, {}, [name])),
        );
        if (bindings.length === 0) return [list];
        return [
          list,
          createElement(
            'sasl-channel-binding',
            NS_CHANNEL_BINDING,
            {},
            bindings.map((type) => createElement('channel-binding', undefined, { type })),
          ),
        ];
      },
      element: (stream, element) =>
        element.getNS() === NS_SASL && stream.account === undefined ? take(stream, element) : false,
    });
  },
});

/** §6.4.2: an empty message is written as `=`. */
function encode(data: Uint8Array): string {
  return data.length === 0 ? '=' : toBase64(data);
}

function read(element: Element): Uint8Array {
  const text = element.getText().trim();
  const data = text === '=' ? new Uint8Array() : fromBase64(text);
  if (data === undefined) throw new SaslFailure('incorrect-encoding', 'not base64');
  return data;
}
