import {
  attr,
  children,
  choice,
  CodecError,
  element,
  integer,
  mapped,
  oneOf,
  optional,
  text,
  withDefault,
} from '@xeps/core/schema';
import type { Infer, InferInput, Schema, TextCodec } from '@xeps/core/schema';

/** §4.1: the namespace of real-time text; clients that know it advertise it (§5). */
export const NS_RTT = 'urn:xmpp:rtt:0';

/** §4.2.2: what an `<rtt/>` does: begin a message, begin it again (a refresh), change it, or tell that real-time text is on or off. */
export type RttEvent = 'new' | 'reset' | 'edit' | 'init' | 'cancel';

/** §4.6.2: negative values count as 0, and values past the end as the end. */
const clipped: TextCodec<number> = {
  decode(value) {
    if (!/^\s*[+-]?\d+\s*$/.test(value)) throw new RangeError('not a whole number');
    return Math.min(Math.max(Number(value), 0), Number.MAX_SAFE_INTEGER);
  },
  encode: (value) => integer().encode(value),
  json: true,
};
/** §4.2.1: 31 bits; the schema (§14) would read 32. */
const seqNumber: TextCodec<number> = {
  decode: (value) => integer(0, 2 ** 32 - 1).decode(value),
  encode: (value) => integer(0, 2 ** 31 - 1).encode(value),
  json: true,
};

const $action = /* @__PURE__ */ choice({
  insert: element(NS_RTT, 't', {
    position: optional(attr(clipped, 'p')),
    text: text(),
  }),
  erase: element(NS_RTT, 'e', {
    position: optional(attr(clipped, 'p')),
    count: withDefault(attr(clipped, 'n'), 1),
  }),
  wait: element(NS_RTT, 'w', { milliseconds: attr(clipped, 'n') }),
});
/**
 * §4.6: one change of the text: `<t/>` inserts a text at a position, `<e/>` erases characters before one, `<w/>` is a pause.
 * Positions and counts are in code points (§4.8.1); no position is the end of the text.
 */
export type RttAction = Infer<typeof $action>;
/** {@link RttAction} for encoding. */
export type RttActionInput = InferInput<typeof $action>;
/** §4.6.3: `<t/>`, `<e/>`, `<w/>`. */
export const rttAction: Schema<RttAction, RttActionInput> = $action;

/** §4.1: what was done to a text since the last `<rtt/>`. */
export interface Rtt {
  /** §4.2.1: one more than that of the `<rtt/>` before, unless a message begins; 0 for `init` and `cancel` without any. */
  readonly seq: number;
  readonly event: RttEvent;
  /** §4.2.3: the id of the message that is corrected (XEP-0308). */
  readonly id?: string;
  readonly actions: readonly RttAction[];
}
/** {@link Rtt} for encoding. */
export interface RttInput {
  readonly seq: number;
  readonly event?: RttEvent | undefined;
  readonly id?: string | undefined;
  readonly actions?: readonly RttActionInput[] | undefined;
}

/**
 * §4.1: `<rtt/>`. An action that is broken or not known is left out (§4.6.3); another event is an error, since the whole
 * element is then to be ignored (§4.2.2). `init` and `cancel` have no actions.
 */
export const rtt: Schema<Rtt, RttInput> = /* @__PURE__ */ mapped(
  element(NS_RTT, 'rtt', {
    seq: optional(attr(seqNumber)),
    event: withDefault(attr(oneOf('new', 'reset', 'edit', 'init', 'cancel')), 'edit'),
    id: optional(attr()),
    actions: children(rttAction, { skipBroken: true }),
  }),
  (read): Rtt => {
    // §4.3: for init and cancel it says nothing.
    if (read.seq === undefined && !isSignal(read.event)) throw new CodecError('@seq', 'missing');
    return { ...read, seq: read.seq ?? 0 };
  },
  (written: RttInput) => {
    if (isSignal(written.event) && (written.actions ?? []).length > 0)
      throw new CodecError('actions', `there are none in ${String(written.event)} (§4.2.2)`);
    return written;
  },
);

function isSignal(event: RttEvent | undefined): boolean {
  return event === 'init' || event === 'cancel';
}
