import { Element, newId, NS_CLIENT, StanzaError } from '@xeps/core';
import { NegotiationError, StreamError } from '@xeps/stream';
import type { Outcome, StreamContext, StreamModule } from '@xeps/stream';
import { answerRegistration } from './answer.ts';
import type { RegistrationEntries } from './answer.ts';
import { registration } from './schema.ts';
import type { Registration, RegistrationInput } from './schema.ts';

/** What to register. */
export interface AccountRegistration {
  /** The values by field name, or how to get them once it is known what the server asks for: from the user, say. */
  readonly entries: RegistrationEntries | ((asked: Registration) => RegistrationEntries | Promise<RegistrationEntries>);
  /** Registers also without TLS: for a server on the same machine. */
  readonly trustConnection?: boolean | undefined;
}

/**
 * Registers an account on the stream that then signs in with it (§3.1.1): a step for the `modules` of `createClient`. It
 * takes its turn once; a client that reconnects only signs in.
 *
 * The stream ends with a `NegotiationError` whose `cause` says why: `RegistrationError`, `FormError` or `StanzaError`
 * (`conflict`: the name is taken; `service-unavailable`, `not-allowed`: not on this server).
 *
 * @example
 * ```ts
 * import { createClient } from '@xeps/client';
 * import { registerAccount } from '@xeps/xep-0077';
 *
 * const [username, password] = ['juliet', 'r0m30myr0m30'];
 * const client = createClient({
 *   jid: `${username}@capulet.lit`,
 *   password,
 *   modules: [registerAccount({ entries: { username, password } })],
 * });
 * await client.start();
 * ```
 */
/* @__NO_SIDE_EFFECTS__ */
export function registerAccount({ entries, trustConnection = false }: AccountRegistration): StreamModule {
  let done = false;

  async function run(stream: StreamContext): Promise<Outcome> {
    try {
      const asked = registration.find(await request(stream, 'get', {}));
      if (asked === undefined)
        throw new StanzaError('undefined-condition', { from: stream.domain, text: 'the answer has no <query/>' });
      const given = typeof entries === 'function' ? await entries(asked) : entries;
      await request(stream, 'set', answerRegistration(asked, given));
    } catch (error) {
      // The stream went: whoever reconnects may have more luck.
      if (error instanceof NegotiationError || error instanceof StreamError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new NegotiationError('nothing-to-do', `no account was registered at ${stream.domain}: ${why}`, {
        cause: error,
        retry: 'never',
      });
    }
    done = true;
    return 'done';
  }

  return {
    name: 'register',
    negotiate(_features, stream) {
      // §12: passwords go over channels that nobody reads along. Before TLS it is not this module's turn yet. A server
      // need not announce registration (§8), so that only asking tells.
      if (done || stream.authenticated || !(stream.secure || trustConnection)) return 'skip';
      return run(stream);
    },
  };
}

async function request(stream: StreamContext, type: 'get' | 'set', payload: RegistrationInput): Promise<Element> {
  const id = newId();
  const iq = new Element('iq', { xmlns: NS_CLIENT, type, id, to: stream.domain });
  iq.cnode(registration.encode(payload));
  stream.send(iq);
  const answer = await stream.next((element) => element.getName() === 'iq' && element.attrs['id'] === id);
  if (answer.attrs['type'] !== 'result') throw StanzaError.fromStanza(answer);
  return answer;
}
