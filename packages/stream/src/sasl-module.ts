import type { Element } from '@xeps/core';
import { createElement, childElements } from './elements.ts';
import type { Outcome, StreamContext, StreamModule } from './module.ts';
import { NS_SASL } from './namespaces.ts';
import { chooseMechanism, fromBase64, isSaslFailureCondition, SaslError, toBase64 } from './sasl/index.ts';
import type { SaslCredentials, SaslMechanism, SaslMechanismFactory } from './sasl/index.ts';

/** How to sign in. */
export interface SaslOptions {
  /** The mechanisms that may be used; the strongest that the server offers too is taken. */
  readonly mechanisms: readonly SaslMechanismFactory[];
  /** Asked at the moment of use, so that a password can be fetched or typed, and the channel binding is that of now. */
  readonly credentials: SaslCredentials | ((stream: StreamContext) => SaslCredentials | Promise<SaslCredentials>);
  /** Treats the connection as one that nobody can read along, TLS or not: for a peer on the same machine. */
  readonly trustConnection?: boolean;
}

/** §6.4.2: `=` is an empty response, where nothing would mean no response. */
function encode(data: Uint8Array): string {
  return data.length === 0 ? '=' : toBase64(data);
}

function decode(text: string): Uint8Array {
  if (text === '=') return new Uint8Array(0);
  const data = fromBase64(text);
  if (data === undefined) throw new SaslError('incorrect-encoding', 'the server sent SASL data that is not base64');
  return data;
}

function readFailure(element: Element, mechanism: string, domain: string): SaslError {
  let condition: SaslError['condition'] = 'not-authorized';
  let text: string | undefined;
  for (const { name, children } of childElements(element)) {
    if (name === 'text') text = children.join('');
    else if (isSaslFailureCondition(name)) condition = name;
  }
  const why =
    (text ? ` (${text})` : '') + (condition === 'not-authorized' ? '; check the address and the password' : '');
  return new SaslError(condition, `${domain} refused to sign in by ${mechanism}: ${condition}${why}`, { text });
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
        throw readFailure(answer, mechanism.name, stream.domain);
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
      const offered = offer.getChildren('mechanism', NS_SASL).map((element) => element.getText().trim());
      return (async (): Promise<Outcome> => {
        const credentials =
          typeof options.credentials === 'function' ? await options.credentials(stream) : options.credentials;
        const secure = stream.secure || options.trustConnection === true;
        await exchange(chooseMechanism(offered, options.mechanisms, credentials, { secure }), stream);
        stream.setAuthenticated();
        return 'restart';
      })();
    },
  };
}
