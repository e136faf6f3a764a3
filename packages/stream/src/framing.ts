import type { Element } from '@xeps/core';
import { createStreamParser, escapeAttribute, parseElement, serialize, XmlError } from '@xeps/core/xml';
import type { XmlLimits } from '@xeps/core/xml';
import type { StreamHeader } from './header.ts';
import { NS_CLIENT, NS_FRAMING, NS_STREAM } from './namespaces.ts';
import type { EncodedStanza } from './encoded-stanza.ts';
import { StreamError } from './stream-error.ts';

/** What a framing makes of the bytes that arrive. */
export interface FramingHandlers {
  opened(root: Element): void;
  element(element: Element): void;
  closed(seeOtherUri?: string): void;
}

/** How a stream and its elements are laid on a connection. */
export interface Framing {
  readonly kind: 'tcp' | 'websocket';
  /** Throws `XmlError`; what was complete before the fault has been delivered. */
  receive(data: Uint8Array | string): void;
  /** The stream ends here and a new header follows, perhaps in the bytes at hand. */
  restart(): void;
  /** The stream ends here and the rest of the bytes at hand is thrown away. */
  reset(): void;
  open(header: StreamHeader): string;
  close(): string;
  element(element: Element): string;
  stanza(stanza: EncodedStanza): string;
  /** What is wrong with the name and the namespaces of a header, if anything. */
  refusal?(root: Element): StreamError | undefined;
  /** What keeps an idle connection open without meaning anything, where the framing has such a thing. */
  readonly keepalive: string | undefined;
}

/** Makes a framing for one connection: `tcpFraming` or `websocketFraming`, whichever a bundle needs. */
export type FramingFactory = (handlers: FramingHandlers, options: FramingOptions) => Framing;

/** How a framing is set up. */
export interface FramingOptions {
  /** Content namespace, `jabber:client` when left out. */
  readonly xmlns?: string | undefined;
  readonly limits?: Partial<XmlLimits> | undefined;
}

function attributes(header: StreamHeader): string {
  const { lang, ...others } = header;
  return Object.entries({ ...others, 'xml:lang': lang })
    .map(([name, value]) => (value === undefined ? '' : ` ${name}='${escapeAttribute(value)}'`))
    .join('');
}

/** One long document on a byte stream, RFC 6120 §4. */
export function tcpFraming(handlers: FramingHandlers, options: FramingOptions = {}): Framing {
  const xmlns = options.xmlns ?? NS_CLIENT;
  const parser = createStreamParser(
    {
      onOpen: (root) => handlers.opened(root),
      onElement: (element) => handlers.element(element),
      onClose: () => handlers.closed(),
    },
    options.limits === undefined ? {} : { limits: options.limits },
  );
  return {
    kind: 'tcp',
    receive: (data) => parser.write(data),
    restart: () => parser.restart(),
    reset: () => parser.reset(),
    open: (header) =>
      `<?xml version='1.0'?><stream:stream xmlns='${xmlns}' xmlns:stream='${NS_STREAM}'${attributes(header)}>`,
    close: () => '</stream:stream>',
    element: (element) => serialize(element, { xmlns }),
    stanza: (stanza) => stanza.text,
    refusal(root) {
      const named = root.getName() === 'stream';
      if (named && root.getNS() === NS_STREAM && root.attrs['xmlns'] === xmlns) return undefined;
      // §4.9.3.1 and §4.9.3.10.
      return new StreamError(named ? 'invalid-namespace' : 'bad-format', {
        text: `<${root.name}> in ${root.getNS() ?? 'no namespace'} does not open a stream for ${xmlns}`,
      });
    },
    keepalive: ' ',
  };
}

/** One element in each text frame, RFC 7395 §3.3: every frame is a document of its own and names its namespaces. */
export function websocketFraming(handlers: FramingHandlers, options: FramingOptions = {}): Framing {
  const xmlns = options.xmlns ?? NS_CLIENT;
  // Each frame is to declare the prefix that it uses (RFC 7395 §3.3.3). Servers forget it in their errors, which must be heard.
  const reading = { ...(options.limits && { limits: options.limits }), prefixes: new Map([['stream', NS_STREAM]]) };
  return {
    kind: 'websocket',
    receive(data) {
      // RFC 7395 §3.2: whoever has bytes has something else than a text frame.
      if (typeof data !== 'string') throw new XmlError('not-well-formed', 'a frame of bytes instead of text');
      const element = parseElement(data, reading);
      const framing = element.attrs['xmlns'] === NS_FRAMING && element.name;
      if (framing === 'open') handlers.opened(element);
      else if (framing === 'close') handlers.closed(element.attrs['see-other-uri']);
      else handlers.element(element);
    },
    // Frames share no parser state, so that a stream can't leak into the next.
    restart() {},
    reset() {},
    open: (header) => `<open xmlns='${NS_FRAMING}'${attributes(header)}/>`,
    close: () => `<close xmlns="${NS_FRAMING}"/>`,
    element: (element) => serialize(element),
    stanza: ({ kind, text }) => `<${kind} xmlns='${xmlns}'${text.slice(1 + kind.length)}`,
    keepalive: undefined,
  };
}
