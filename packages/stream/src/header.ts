import type { Element } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import { StreamError } from './stream-error.ts';

/** The attributes of a stream header, RFC 6120 §4.7, or of `<open/>`, RFC 7395 §3.4. */
export interface StreamHeader {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly id?: string | undefined;
  /** `1.0`; absent on the streams of components (XEP-0114). */
  readonly version?: string | undefined;
  readonly lang?: string | undefined;
}

/** Reads the attributes. */
export function decodeHeader(root: Element): StreamHeader {
  const { from, to, id, version } = root.attrs as Record<string, string | undefined>;
  return { from, to, id, version, lang: root.attrs['xml:lang'] };
}

/**
 * What is wrong with a header that the peer sent, or `undefined` when nothing is.
 *
 * @param expected `from`: the domain that the header must name if it names any; `version`: whether 1.0 is required.
 */
export function headerFault(
  header: StreamHeader,
  expected: { readonly role: 'client' | 'server'; readonly from?: string | undefined; readonly version: boolean },
): StreamError | undefined {
  // §4.7.5: a higher minor version is fine, a higher major version or none (which means 0.9) is not.
  if (expected.version && !/^1\.\d+$/.test(header.version ?? '')) {
    return new StreamError('unsupported-version', { text: `stream version ${header.version}, 1.0 is needed` });
  }
  if (expected.role === 'server') return undefined;
  // §4.7.3: the receiving entity gives the stream its id.
  if (!header.id) return new StreamError('bad-format', { text: 'the stream header has no id' });
  // §4.7.1: the answer comes from the domain that was asked for.
  if (expected.from !== undefined && header.from !== undefined && !sameAddress(header.from, expected.from)) {
    return new StreamError('invalid-from', { text: `asked for ${expected.from}, ${header.from} answered` });
  }
  return undefined;
}

/** Two spellings of one address: capitals, A-labels. */
function sameAddress(left: string, right: string): boolean {
  return left === right || (tryParseJid(left)?.equals(right) ?? false);
}
