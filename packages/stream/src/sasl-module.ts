import { createElement } from './elements.ts';
import type { Outcome, StreamContext, StreamModule } from './module.ts';
import { NS_SASL } from './namespaces.ts';
import { toBase64 } from './sasl/index.ts';
import type { SaslMechanism } from './sasl/index.ts';
import { decodeSaslData, decodeSaslFailure } from './sasl-failure.ts';
import { selectMechanism } from './sasl-guard.ts';
import type { SaslOptions } from './sasl-guard.ts';

/** §6.4.2: `=` is an empty response, where nothing would mean no response. */
function encode(data: Uint8Array): string {
  return data.length === 0 ? '=' : toBase64(data);
}

function decode(text: string): Uint8Array {
  return text === '=' ? new Uint8Array(0) : decodeSaslData(text);
}

/** Signing in, RFC 6120 §6. Rejects with `SaslError`. */
/* @__NO_SIDE_EFFECTS__ */
export function sasl(options: SaslOptions): StreamModule {
  async function exchange(mechanism: SaslMechanism, stream: StreamContext): Promise<void> {
    const initial = await mechanism.initial();
    stream.send(
      createElement('auth', NS_SASL, { mechanism: mechanism.name }, initial === undefined ? [] : [encode(initial)]),
    );
    for (;;) {
      const answer = await stream.next((element) => element.getNS() === NS_SASL);
      const text = answer.getText().trim();
      if (answer.name === 'challenge') {
        const response = await respond(mechanism, text, stream);
        stream.send(createElement('response', NS_SASL, {}, response.length === 0 ? [] : [toBase64(response)]));
      } else if (answer.name === 'success') {
        return mechanism.success(text === '' ? undefined : decode(text));
      } else {
        await mechanism.failure?.();
        throw decodeSaslFailure(answer, mechanism.name, stream.domain);
      }
    }
  }

  async function respond(mechanism: SaslMechanism, challenge: string, stream: StreamContext): Promise<Uint8Array> {
    try {
      return await mechanism.challenge(decode(challenge));
    } catch (error) {
      // §6.4.4: the server is told that there will be no response.
      stream.send(createElement('abort', NS_SASL));
      throw error;
    }
  }

  return {
    name: 'sasl',
    boundary: (element) => (element.is('success', NS_SASL) ? 'restart' : undefined),
    negotiate(features, stream) {
      const offer = stream.authenticated ? undefined : features.getChild('mechanisms', NS_SASL);
      if (offer === undefined) return 'skip';
      const mechanisms = offer.getChildren('mechanism', NS_SASL).map((element) => element.getText().trim());
      return (async (): Promise<Outcome> => {
        const choice = await selectMechanism(options, { profile: 'sasl', mechanisms, features }, stream);
        await exchange(choice.mechanism, stream);
        for (const guard of options.guards ?? []) await guard.succeeded?.(choice, stream);
        stream.setAuthenticated();
        return 'restart';
      })();
    },
  };
}
