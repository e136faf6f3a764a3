import type { Element } from '../element.ts';
import { declarationEnd } from './declaration.ts';
import { XmlError } from './errors.ts';
import { createFramer, type FrameFault, type FrameKind } from './framer.ts';
import { defaultXmlLimits, type XmlLimits } from './limits.ts';
import { headerScope, rootScope } from './namespaces.ts';
import { advance, fail, startPosition, type Position } from './position.ts';
import { parseTree } from './tree.ts';

/** What a stream parser tells. Handlers may call `reset` and `restart`, not `write`. */
export interface StreamParserHandlers {
  /**
   * The stream's header, as an element without children that keeps the prefix of its name and all its declarations as
   * written: its content namespace is `root.attrs.xmlns`, its own `root.getNS()`, its name `root.getName()`.
   */
  onOpen(root: Element): void;
  /** A complete element of the stream: a stanza or another first-level child, detached (`parent` is null). */
  onElement(element: Element): void;
  /** The stream's end tag. Nothing follows. */
  onClose(): void;
}

/** Options of `createStreamParser`. */
export interface StreamParserOptions {
  readonly limits?: Partial<XmlLimits>;
  /** There is no stream header: every element of the input is delivered, as from a file of stanzas. */
  readonly fragments?: boolean;
  /** With `fragments`: the namespace of unprefixed names that have none written. */
  readonly xmlns?: string;
  /** With `fragments`: namespaces by prefix, as if a root around the fragments had declared them. */
  readonly prefixes?: ReadonlyMap<string, string>;
}

/** Reads a stream of XML in pieces of any size. */
export interface StreamParser {
  /**
   * Takes the next piece, cut anywhere. Throws `XmlError` at the first fault, after everything before it has been
   * delivered; from then on, as after `onClose` and `end`, input is ignored until `reset` or `restart`.
   */
  write(chunk: Uint8Array | string): void;
  /** The input is over. Throws `XmlError` inside an element or a header; an open stream between stanzas is no fault. */
  end(): void;
  /** A new stream begins with the next `write` (STARTTLS): forgets everything, the rest of the current piece too. */
  reset(): void;
  /** A new stream begins with the next byte (SASL): what follows in the current piece belongs to it. */
  restart(): void;
}

// U+FEFF is a character like others, at the start too (RFC 6120 §11.6): there it is text outside of an element.
const decoderOptions: TextDecoderOptions = { fatal: true, ignoreBOM: true };
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', decoderOptions);
const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * A parser of XMPP streams as RFC 6120 §11 restricts XML: UTF-8 only, no comments, processing instructions, document
 * types or entities of one's own; namespaces resolved. Trees carry no prefix on elements: `<stream:features>` is
 * `features` with its `attrs.xmlns`; each delivered element has `attrs.xmlns`, deeper ones only where it changes or was
 * written. Any division of the input into pieces gives the same elements and the same fault.
 */
export function createStreamParser(handlers: StreamParserHandlers, options: StreamParserOptions = {}): StreamParser {
  const limits: XmlLimits = { ...defaultXmlLimits, ...options.limits };
  const fragments = options.fragments === true;
  const outerScope = fragments ? rootScope(options.xmlns, options.prefixes) : rootScope();
  const framer = createFramer({ frame, attempt, space, fault }, limits, fragments);
  let scope = outerScope;
  let rootName = '';
  let position = startPosition; // of the frame, or of what follows it
  let half = ''; // the first half of a surrogate pair that a string ended with
  let over = false;
  let busy = false;
  let streams = 0;
  let discarded = 0;

  function frame(kind: FrameKind, bytes: Uint8Array, controls: boolean): void {
    const text = decode(bytes, position);
    const origin = position;
    if (kind === 'element') {
      const element = parse(text, controls);
      position = advance(origin, text);
      handlers.onElement(element);
      return;
    }
    position = advance(origin, text);
    if (kind === 'header') {
      open(text, origin);
    } else if (kind === 'declaration') {
      if (declarationEnd(text, origin) !== text.length) {
        fail(text, 0, origin, 'restricted-xml', 'a processing instruction, which XMPP does not allow');
      }
    } else {
      const end = /^<\/([^ \t\r\n>]+)[ \t\r\n]*>$/.exec(text);
      if (end?.[1] !== rootName)
        fail(text, 0, origin, 'not-well-formed', `"${text.slice(0, 66)}" where </${rootName}> was expected`);
      close();
    }
  }

  function attempt(bytes: Uint8Array, controls: boolean): boolean {
    let text: string;
    let element: Element;
    try {
      text = decoder.decode(bytes);
      element = parse(text, controls);
    } catch {
      return false;
    }
    position = advance(position, text);
    handlers.onElement(element);
    return true;
  }

  function parse(text: string, controls: boolean): Element {
    return parseTree({ text, start: 0, scope, limits, origin: position, printable: !controls });
  }

  function open(text: string, origin: Position): void {
    const empty = text.endsWith('/>');
    const source = empty ? text : `${text.slice(0, -1)}/>`;
    const root = parseTree({ text: source, start: 0, scope: outerScope, limits, origin, header: true });
    scope = headerScope(root);
    rootName = root.name;
    const stream = streams;
    handlers.onOpen(root);
    if (empty && stream === streams) close();
  }

  function close(): void {
    over = true;
    framer.stop();
    handlers.onClose();
  }

  function space(newlines: number, trailing: number): void {
    const { line, column } = position;
    position = newlines > 0 ? { line: line + newlines, column: 1 + trailing } : { line, column: column + trailing };
  }

  function fault(reason: FrameFault, bytes: Uint8Array): never {
    if (reason === 'text') {
      // In a stream that is well-formed XML, but RFC 6120 §11.7 allows only white space there.
      const condition = framer.isOpen() && !fragments ? 'bad-format' : 'not-well-formed';
      throw new XmlError(condition, 'text outside of an element', position);
    }
    if (reason === 'size') {
      throw new XmlError(
        'policy-violation',
        `more than ${limits.maxBytes} bytes in one element`,
        behind(position, bytes.subarray(0, -1)),
      );
    }
    explain(decode(bytes, position));
  }

  /** Finds the first fault in the text of a frame that cannot be completed. */
  function explain(text: string): never {
    const isEnd = text.startsWith('</') && framer.isOpen() && !fragments;
    if (!isEnd && !text.startsWith('<?xml')) parseTree({ text, start: 0, scope, limits, origin: position });
    fail(text, text.length, position, 'not-well-formed', 'a tag that is cut off or malformed');
  }

  /** Runs `work`; if it throws, here or in a handler, the parser is over: what it was reading is lost. */
  function guarded(work: () => void): void {
    if (over) return;
    if (busy)
      throw new Error(
        'A stream parser was written to from one of its own handlers; write when the handler has returned.',
      );
    busy = true;
    let done = false;
    try {
      work();
      done = true;
    } finally {
      busy = false;
      if (!done) {
        over = true;
        framer.stop();
      }
    }
  }

  function writeBytes(bytes: Uint8Array): void {
    if (half !== '') refuseHalf(half);
    framer.push(bytes);
  }

  function writeText(chunk: string): void {
    let text = half + chunk;
    half = '';
    if (/[\ud800-\udbff]$/.test(text)) {
      half = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (text.isWellFormed()) {
      framer.push(encoder.encode(text));
      return;
    }
    const at = text.search(/\p{Surrogate}/u);
    const before = discarded;
    framer.push(encoder.encode(text.slice(0, at)));
    if (!over && before === discarded) refuseHalf(text.charAt(at));
  }

  function refuseHalf(surrogate: string): never {
    const code = surrogate.charCodeAt(0).toString(16).toUpperCase();
    throw new XmlError('not-well-formed', `U+${code}, half of a surrogate pair`, behind(position, framer.pending()));
  }

  function begin(keep: boolean): void {
    streams++;
    over = false;
    scope = outerScope;
    framer.reset(keep);
    if (keep) return;
    discarded++;
    half = '';
    position = startPosition;
  }

  return {
    write: (chunk) => guarded(() => (typeof chunk === 'string' ? writeText(chunk) : writeBytes(chunk))),
    end: () =>
      guarded(() => {
        if (half !== '') refuseHalf(half);
        const rest = framer.pending();
        if (rest.length > 0) explain(decode(rest, position, true));
        over = true;
      }),
    reset: () => begin(false),
    restart: () => begin(true),
  };
}

/** Strict UTF-8; `partial`: the last character may be cut. */
function decode(bytes: Uint8Array, origin: Position, partial = false): string {
  try {
    // A decoder that was told that more may come keeps state: it is used once.
    return partial ? new TextDecoder('utf-8', decoderOptions).decode(bytes, { stream: true }) : decoder.decode(bytes);
  } catch (cause) {
    // Where the repaired text differs from the bytes is the first byte that is wrong.
    const repaired = encoder.encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    const at = repaired.findIndex((byte, index) => byte !== bytes[index]);
    throw new XmlError('unsupported-encoding', 'bytes that are not UTF-8', {
      ...behind(origin, bytes.subarray(0, Math.max(at, 0))),
      cause,
    });
  }
}

/** The place after these bytes, which need not be UTF-8. */
function behind(from: Position, bytes: Uint8Array): Position {
  return advance(from, new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}
