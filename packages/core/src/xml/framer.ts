// Finds where stanzas begin and end in bytes that arrive in any pieces, without decoding them: markup is ASCII, and in
// UTF-8 no byte of another character looks like ASCII. Every byte is looked at once; nothing is kept but the bytes of the
// frame that is not complete yet. Only what decides where a frame ends is understood here; `parseTree` judges the
// rest when a frame is complete. What can never become well-formed is noticed at once, so that a broken peer is
// answered and not waited for.
import { isSpace } from './characters.ts';
import { guessEnd } from './guess.ts';
import type { XmlLimits } from './limits.ts';

/** What a frame is. In a stream: a declaration at the very start, the root's start tag, the elements in it, its end. */
export type FrameKind = 'declaration' | 'header' | 'element' | 'close';

/** Why bytes are refused before a frame is complete. */
export type FrameFault = 'markup' | 'text' | 'size' | 'depth';

export interface FramerHandlers {
  /**
   * A frame is complete. The bytes may be a view of a buffer that is used again: read them now. `controls`: some
   * are below 0x20, white space or not.
   */
  frame(kind: FrameKind, bytes: Uint8Array, controls: boolean): void;
  /** These bytes may be an element. False when they are not: then they will come again, in a frame or a fault. */
  attempt(bytes: Uint8Array, controls: boolean): boolean;
  /** White space between frames, `newlines` of it line feeds, `trailing` bytes after the last of these. */
  space(newlines: number, trailing: number): void;
  /** Nothing good can come any more; `bytes` is the frame up to and with the byte that showed it. Must throw. */
  fault(reason: FrameFault, bytes: Uint8Array): never;
}

export interface Framer {
  /** Scans the bytes; handlers are called from inside. */
  push(bytes: Uint8Array): void;
  /** A new stream begins: with the next byte when `keep`, else with the next `push`. */
  reset(keep: boolean): void;
  /** No more frames; the rest of the bytes is ignored. */
  stop(): void;
  /** The bytes of the frame that is not complete. */
  pending(): Uint8Array;
  /** Whether the stream's root is open (always in a file of elements). */
  isOpen(): boolean;
}

// States. A frame begins with the "<" that ends OUTSIDE.
const OUTSIDE = 0; // between frames
const TEXT = 1; // in an element's content
const MARKUP = 2; // behind "<"
const START_NAME = 3;
const START_TAG = 4; // behind a start tag's name
const VALUE = 5; // in an attribute's value
const END_NAME = 6;
const END_TAG = 7; // behind an end tag's name
const CDATA_OPEN = 8; // in "<![CDATA["
const CDATA = 9;
const DECLARATION = 10;

const LESS = 0x3c;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const cdataOpen: readonly number[] = [0x21, 0x5b, 0x43, 0x44, 0x41, 0x54, 0x41, 0x5b]; // ![CDATA[
const RETAINED = 64 * 1024;
const GUESS = 64 * 1024; // longer elements are not worth it

/** `fragments`: there is no root, each element of the input is a frame. */
export function createFramer(handlers: FramerHandlers, limits: XmlLimits, fragments: boolean): Framer {
  const { maxBytes, maxDepth } = limits;
  let state = OUTSIDE;
  let atStart = true; // nothing seen yet, so that a declaration is possible
  let open = fragments;
  let kind: FrameKind = 'element';
  let depth = 0; // open elements of the frame
  let quote = 0;
  let previous = 0; // the last byte in a tag that is not white space; or the progress in "<![CDATA[", "]]>"
  let hash = 0; // of the name that is read
  let hashes: number[] = []; // of the names of the open elements
  let buffer = new Uint8Array(0); // the frame's bytes of earlier pushes
  let held = 0; // how many of them
  let stopped = false;
  let controls = false; // in the frame
  let generation = 0; // counts resets, so that `push` sees one made by a handler
  let keepRest = false;
  let seen = 0; // bytes so far
  let wasted = 0; // bytes looked at for a guess that was wrong

  /** Keeps a copy: the bytes may be a view of a buffer that the transport uses again. */
  function hold(bytes: Uint8Array, from: number, to: number): void {
    const size = held + to - from;
    if (size > buffer.length) {
      const larger = new Uint8Array(Math.max(size, Math.min(2 * buffer.length, maxBytes), 256));
      larger.set(buffer.subarray(0, held));
      buffer = larger;
    }
    buffer.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), held);
    held = size;
  }

  function release(): void {
    held = 0;
    if (buffer.length > RETAINED) buffer = new Uint8Array(0);
  }

  /** The frame's bytes, of which `bytes[from … to)` are the last. */
  function take(bytes: Uint8Array, from: number, to: number): Uint8Array {
    if (held === 0) return bytes.subarray(from, to);
    hold(bytes, from, to);
    return buffer.subarray(0, held);
  }

  function broken(reason: FrameFault, bytes: Uint8Array, from: number, to: number): never {
    handlers.fault(reason, take(bytes, from, to));
  }

  /** Hands the frame on; false: the rest of the bytes is not to be read. */
  function complete(bytes: Uint8Array, from: number, to: number): boolean {
    const before = generation;
    const frame = take(bytes, from, to);
    state = OUTSIDE;
    atStart = false;
    handlers.frame(kind, frame, controls);
    if (before === generation) release();
    else if (!keepRest) return false;
    return !stopped;
  }

  /** The end of the element at `from` if a guess is right, else 0. */
  function attempt(bytes: Uint8Array, from: number): number {
    // Guesses may cost half as much as the rest, whatever the peer sends.
    if (wasted * 2 > seen) return 0;
    const limit = Math.min(bytes.length, from + Math.min(maxBytes, GUESS));
    const { end, controls: low } = guessEnd(bytes, from, limit);
    if (end > 0 && handlers.attempt(bytes.subarray(from, end), low)) return end;
    wasted += (end > 0 ? end : limit) - from;
    return 0;
  }

  /**
   * Whole elements, as long as guesses are right. Returns where to look closely, -1 when the rest is not to be read.
   * Apart from `push`, which is big and seldom goes on from here: together they would take V8 long to compile.
   */
  function skim(bytes: Uint8Array, begin: number): number {
    const last = bytes.length - 1;
    let from = begin;
    while (open && from < last && bytes[from] === LESS && bytes[from + 1] !== SLASH && bytes[from + 1] !== QUESTION) {
      atStart = false;
      const before = generation;
      const end = attempt(bytes, from);
      if (end === 0) break;
      from = end;
      if (stopped || (before !== generation && !keepRest)) return -1;
    }
    return from;
  }

  function reset(keep: boolean): void {
    generation++;
    keepRest = keep;
    state = OUTSIDE;
    atStart = true;
    open = fragments;
    depth = 0;
    hashes = [];
    stopped = false;
    release();
  }

  function push(data: Uint8Array): void {
    if (stopped) return;
    // A plain view: cutting pieces out of Node's buffers is slower.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    const length = bytes.length;
    seen += length;
    // Local copies of what changes with every byte: several times faster.
    let now = state;
    let level = depth;
    let last = previous;
    let value = hash;
    let ending = quote;
    let isElement = kind === 'element';
    let from = 0; // where the frame begins in these bytes
    let i = 0;
    // Where the frame has to end at the latest.
    let end = now === OUTSIDE ? length : Math.min(length, maxBytes - held);

    while (i < end) {
      switch (now) {
        case TEXT: {
          let low = 0; // negative when a byte was below 0x20: cheaper than to compare each
          for (let byte = 0; i < end && (byte = bytes[i] as number) !== 0x3c; i++) low |= byte - 0x20;
          if (low < 0) controls = true;
          if (i === end) break;
          i++;
          now = MARKUP;
          break;
        }
        case MARKUP: {
          const byte = bytes[i] as number;
          value = 0;
          last = 0;
          if (byte === 0x2f) {
            if (level === 0) {
              // The end of the root, if there is one to end.
              if (!open || fragments) broken('markup', bytes, from, i + 1);
              kind = 'close';
              isElement = false;
            }
            i++;
            now = END_NAME;
          } else if (byte === 0x21) {
            if (level === 0) broken('markup', bytes, from, i + 1);
            now = CDATA_OPEN;
          } else if (byte === 0x3f) {
            if (level > 0 || !atStart) broken('markup', bytes, from, i + 1);
            kind = 'declaration';
            isElement = false;
            i++;
            now = DECLARATION;
          } else {
            now = START_NAME;
          }
          break;
        }
        case START_NAME: {
          let byte = 0;
          while (i < end && (byte = bytes[i] as number) > 0x20 && byte !== 0x3e && byte !== 0x2f) {
            if (byte === 0x3c || byte === 0x3d || byte === 0x22 || byte === 0x27) broken('markup', bytes, from, i + 1);
            value = (Math.imul(value, 31) + byte) | 0;
            i++;
          }
          if (i < end) now = START_TAG;
          break;
        }
        case START_TAG: {
          const begin = i;
          let byte = 0;
          let low = 0;
          while (i < end && (byte = bytes[i] as number) !== 0x3e && byte !== 0x22 && byte !== 0x27 && byte !== 0x3c) {
            low |= byte - 0x20;
            i++;
          }
          if (low < 0) controls = true;
          last = lastSignificant(bytes, begin, i, last);
          if (i === end) break;
          i++;
          if (byte !== 0x3e) {
            // A quote begins a value behind "=" only; anything else cannot become a tag.
            if (byte === 0x3c || last !== 0x3d) broken('markup', bytes, from, i);
            ending = byte;
            now = VALUE;
            break;
          }
          if (isElement) {
            if (level >= maxDepth) broken('depth', bytes, from, i);
            now = TEXT;
            if (last !== 0x2f) hashes[level++] = value;
            if (level > 0) break;
          } else {
            open = true;
          }
          if (!complete(bytes, from, i)) return;
          now = OUTSIDE;
          end = length;
          break;
        }
        case VALUE: {
          let byte = 0;
          let low = 0;
          for (; i < end && (byte = bytes[i] as number) !== ending && byte !== 0x3c; i++) low |= byte - 0x20;
          if (low < 0) controls = true;
          if (i === end) break;
          i++;
          if (byte === 0x3c) broken('markup', bytes, from, i);
          last = byte;
          now = START_TAG;
          break;
        }
        case END_NAME: {
          let byte = 0;
          while (i < end && (byte = bytes[i] as number) > 0x20 && byte !== 0x3e) {
            value = (Math.imul(value, 31) + byte) | 0;
            i++;
          }
          if (i === end) break;
          if (isElement && value !== hashes[level - 1]) broken('markup', bytes, from, i + 1);
          now = END_TAG;
          break;
        }
        case END_TAG: {
          const byte = bytes[i] as number;
          if (byte !== 0x3e && byte > 0x20) broken('markup', bytes, from, i + 1);
          i++;
          if (byte !== 0x3e) break;
          if (isElement && --level > 0) {
            now = TEXT;
            break;
          }
          if (!complete(bytes, from, i)) return;
          now = OUTSIDE;
          end = length;
          break;
        }
        case CDATA_OPEN: {
          if (bytes[i] !== cdataOpen[last]) broken('markup', bytes, from, i + 1);
          i++;
          if (++last === cdataOpen.length) {
            last = 0;
            now = CDATA;
          }
          break;
        }
        case CDATA: {
          const byte = bytes[i++] as number;
          if (byte < 0x20) controls = true;
          if (byte === 0x3e && last >= 2) now = TEXT;
          else last = byte === 0x5d ? last + 1 : 0;
          break;
        }
        case DECLARATION: {
          const byte = bytes[i++] as number;
          if (byte === 0x3e && last === 0x3f) {
            if (!complete(bytes, from, i)) return;
            now = OUTSIDE;
            end = length;
          }
          last = byte;
          break;
        }
        default: {
          // OUTSIDE
          const begin = i;
          let newlines = 0;
          let line = i;
          while (i < length && isSpace(bytes[i] as number)) {
            if (bytes[i++] !== 0xa) continue;
            newlines++;
            line = i;
          }
          if (i > begin) {
            atStart = false;
            handlers.space(newlines, i - line);
          }
          if (i === length) break;
          from = i;
          i = skim(bytes, i);
          if (i < 0) return;
          if (i > from) break;
          if (bytes[i++] !== 0x3c) broken('text', bytes, from, i);
          level = 0;
          controls = false;
          isElement = open;
          kind = open ? 'element' : 'header';
          end = Math.min(length, from + maxBytes);
          now = MARKUP;
        }
      }
    }
    state = now;
    depth = level;
    previous = last;
    hash = value;
    quote = ending;
    if (now === OUTSIDE) return;
    if (end < length) broken('size', bytes, from, end + 1);
    hold(bytes, from, length);
  }

  return {
    push,
    reset,
    stop() {
      stopped = true;
      state = OUTSIDE;
      release();
    },
    pending: () => buffer.subarray(0, held),
    isOpen: () => open,
  };
}

/** The last byte of a piece of a tag that is not white space; `before` when there is none. */
function lastSignificant(bytes: Uint8Array, begin: number, end: number, before: number): number {
  for (let i = end - 1; i >= begin; i--) {
    const byte = bytes[i] as number;
    if (byte > 0x20) return byte;
  }
  return before;
}
