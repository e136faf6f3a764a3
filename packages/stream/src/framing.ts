import type { Element } from '@xeps/core';
import { createStreamParser, escapeAttribute, parseElement, serialize } from '@xeps/core/xml';
import type { XmlLimits } from '@xeps/core/xml';
import type { StreamHeader } from './header.ts';
import { NS_CLIENT, NS_FRAMING, NS_STREAM } from './namespaces.ts';
import type { EncodedStanza } from './encoded-stanza.ts';
import { createElement } from './elements.ts';

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
  /** Whether a header is good: its name and its namespaces. */
  isHeader(root: Element): boolean;
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
  const attribute = (name: string, value: string | undefined): string =>
    value === undefined ? '' : ` ${name}='${escapeAttribute(value)}'`;
  return (
    attribute('from', header.from) +
    attribute('to', header.to) +
    attribute('id', header.id) +
    attribute('version', header.version) +
    attribute('xml:lang', header.lang)
  );
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
    isHeader: (root) => root.getName() === 'stream' && root.getNS() === NS_STREAM && root.attrs['xmlns'] === xmlns,
    keepalive: ' ',
  };
}

/** One element in each text frame, RFC 7395 §3.3: every frame is a document of its own and names its namespaces. */
export function websocketFraming(handlers: FramingHandlers, options: FramingOptions = {}): Framing {
  const xmlns = options.xmlns ?? NS_CLIENT;
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  return {
    kind: 'websocket',
    receive(data) {
      const text = typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true }).decode(data);
      const element = parseElement(text, limits);
      if (element.attrs['xmlns'] !== NS_FRAMING) handlers.element(element);
      else if (element.name === 'open') handlers.opened(element);
      else if (element.name === 'close') handlers.closed(element.attrs['see-other-uri']);
      else handlers.element(element);
    },
    // Frames share no parser state, so that a stream can't leak into the next.
    restart() {},
    reset() {},
    open: (header) => `<open xmlns='${NS_FRAMING}'${attributes(header)}/>`,
    close: () => serialize(createElement('close', NS_FRAMING)),
    element: (element) => serialize(element),
    stanza: ({ kind, text }) => `<${kind} xmlns='${xmlns}'${text.slice(1 + kind.length)}`,
    // `receive` calls nothing else an opening.
    isHeader: () => true,
    keepalive: undefined,
  };
}
