import type { Element } from '@xeps/core';
import { createElement, SaslError, scram, utf8 } from '@xeps/stream';
import type { ClientStreamOptions, InlineFeature, SaslMechanism, SaslMechanismFactory } from '@xeps/stream';
import { vi } from 'vitest';
import { features, header, scripted } from '../../stream/test/harness.ts';
import type { Scripted } from '../../stream/test/harness.ts';
import { sasl2 } from '../src/index.ts';
import type { Sasl2Options } from '../src/index.ts';

export { features, header } from '../../stream/test/harness.ts';
export type { Scripted } from '../../stream/test/harness.ts';

export const userAgent = {
  id: 'd4565fa7-4d72-4749-b3d3-740edbf87770',
  software: 'AwesomeXMPP',
  device: "Kiva's Phone",
};
/** How {@link userAgent} is written. */
export const userAgentXml =
  '<user-agent id="d4565fa7-4d72-4749-b3d3-740edbf87770"><software>AwesomeXMPP</software><device>Kiva\'s Phone</device></user-agent>';

/** Signing in as juliet@example.org; BLURDYBLOOP unless the options say otherwise. */
export function signingIn(options: Partial<Sasl2Options> = {}, stream: Partial<ClientStreamOptions> = {}): Scripted {
  const module = sasl2({
    mechanisms: [blurdybloop()],
    credentials: { username: 'juliet', password: 'pencil' },
    userAgent,
    ...options,
  });
  return scripted({ modules: [module], ...stream });
}

/** What the client writes next; nothing when it is online or over first. WebCrypto takes its time. */
export function written(script: Scripted): Promise<string> {
  return vi.waitFor(
    () => {
      const text = script.written();
      if (text === '' && script.closed.length + script.online.length === 0) throw new Error('nothing was written');
      return text;
    },
    { interval: 1, timeout: 5_000 },
  );
}

/** Begins: the server's header, and features with `<authentication/>`. Gives what the client writes to that. */
export async function begin(script: Scripted, mechanisms: readonly string[], inline = '', more = ''): Promise<string> {
  script.stream.start();
  script.written();
  await script.say(header() + features(offer(mechanisms, inline, more)));
  return written(script);
}

/** Says something and gives what the client writes to it. */
export async function answer(script: Scripted, data: string): Promise<string> {
  await script.say(data);
  return written(script);
}

/** Says something and gives the error that the stream ends with. */
export async function refusal(script: Scripted, data: string): Promise<unknown> {
  await script.say(data);
  await vi.waitFor(() => {
    if (script.closed.length === 0) throw new Error('it goes on');
  });
  return script.closed[0];
}

export const offer = (mechanisms: readonly string[], inline = '', more = ''): string =>
  `<authentication xmlns='urn:xmpp:sasl:2'>${mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')}` +
  `${inline && `<inline>${inline}</inline>`}${more}</authentication>`;
export const sasl2Element = (name: string, content = ''): string =>
  `<${name} xmlns='urn:xmpp:sasl:2'>${content}</${name}>`;
export const success = (content = '', identifier = 'juliet@example.org'): string =>
  sasl2Element('success', `${content}<authorization-identifier>${identifier}</authorization-identifier>`);
export const failure = (condition: string, content = ''): string =>
  sasl2Element('failure', `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>${content}`);
export const additional = (text: string): string => `<additional-data>${btoa(text)}</additional-data>`;

/** A mechanism of this test alone: says what it is told to, keeps what it hears, accepts success with `proof`. */
export interface Blurdybloop extends SaslMechanismFactory {
  readonly heard: string[];
}
export interface BlurdybloopOptions {
  readonly initial?: string | undefined;
  readonly answers?: readonly string[];
  readonly proof?: string | undefined;
}
export function blurdybloop(options: BlurdybloopOptions = {}): Blurdybloop {
  const { initial, proof } = { initial: 'hello', ...options };
  const name = 'BLURDYBLOOP';
  const answers = [...(options.answers ?? [])];
  const heard: string[] = [];
  const text = (data: Uint8Array | undefined): string | undefined => data && new TextDecoder().decode(data);
  const mechanism: SaslMechanism = {
    name,
    strength: 1,
    initial: async () => (initial === undefined ? undefined : utf8(initial)),
    async challenge(data) {
      heard.push(text(data)!);
      const next = answers.shift();
      if (next === undefined) throw new SaslError('malformed-request', 'a challenge too many');
      return utf8(next);
    },
    async success(data) {
      if (text(data) !== proof) throw new SaslError('server-signature-invalid', `the proof is ${text(data)}`);
    },
    async failure() {
      heard.push('failure');
    },
  };
  return { name, strength: 1, heard, unusable: () => undefined, create: () => mechanism };
}

/** SCRAM-SHA-256 as in the example of RFC 7677 §3: its client's nonce, and what its server says. */
export const exampleScram = scram('SHA-256', { nonce: () => 'rOprNGfwEbeRWgbNEkqO' });
export const exampleCredentials = { username: 'user', password: 'pencil' };
export const exampleChallenge = sasl2Element(
  'challenge',
  btoa('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'),
);
export const exampleProof = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

/** An inline feature that asks with `<name/>` when its namespace is offered, and notes what it is told. */
export function inlineFeature(name: string, log: string[], answered?: InlineFeature['answered']): InlineFeature {
  const xmlns = `urn:example:${name}`;
  return {
    name,
    request: (inline) => (inline.get(xmlns) === undefined ? undefined : createElement(name, xmlns)),
    answered(result: Element, stream) {
      log.push(`${name}: ${result.name}`);
      answered?.(result, stream);
    },
  };
}
