import { systemClock } from './clock.ts';
import type { RttClock } from './clock.ts';
import { actionsBetween, prepareText } from './edits.ts';
import type { RttActionInput, RttInput } from './schema.ts';

/** §7.5.1: characters of XML, about, from which the whole text is sent instead, when it is shorter. */
const LARGE = 1024;

/** How a text is sent. */
export interface RttSenderOptions {
  /** Sends an `<rtt/>`. When it rejects, that one is known to be lost and the next one is a refresh. */
  readonly send: (rtt: RttInput) => Promise<unknown>;
  /** Milliseconds between two of them (§4.5: 300 to 1000); 700 when left out. */
  readonly interval?: number | undefined;
  /** Milliseconds after which the whole text is sent again while it changes (§4.7.3); 10,000 when left out. */
  readonly refreshAfter?: number | undefined;
  readonly clock?: RttClock | undefined;
}

/** What is known of a text beside itself. */
export interface RttUpdateOptions {
  /** Where the cursor is, as an index into the text, like `selectionStart` of an input field. */
  readonly cursor?: number | undefined;
  /** The id of the message that is being corrected (§7.5.3: that of its first version, as in XEP-0308). */
  readonly id?: string | undefined;
}

/** Sends a text while it is being written. Disposing of it sends nothing more. */
export interface RttSender extends Disposable {
  /** The text is another one, or the cursor moved. To be called at every change of an input field (§7.3.1). */
  update(text: string, options?: RttUpdateOptions): void;
  /** Sends the whole text at once, when it has been begun: the other side may have missed some of it (§4.7.3). */
  refresh(): void;
  /** The message is on its way in a `<body/>` (§4.4), or was given up: the next text is a new one. */
  finish(): void;
}

/**
 * Turns a text that changes into `<rtt/>` elements: the difference at every change, with the time between (§7.1.2), sent
 * together at every interval, and the whole text now and then.
 */
export function createRttSender(options: RttSenderOptions): RttSender {
  const { send, interval = 700, refreshAfter = 10_000, clock = systemClock } = options;
  /** The text at the last transmission, and now. */
  let sent: readonly string[] = [];
  let chars: readonly string[] = [];
  let cursor = 0;
  let id: string | undefined;
  let actions: RttActionInput[] = [];
  let seq: number | undefined;
  /** What the next transmission has to be, other than an edit. */
  let next: 'new' | 'reset' | undefined = 'new';
  let changed = false;
  let timer: Disposable | undefined;
  /** When the last action was, while the user writes. */
  let lastAction: number | undefined;
  let lastRefresh = 0;

  function pauseUntil(now: number): void {
    const milliseconds = lastAction === undefined ? 0 : Math.round(now - lastAction);
    if (milliseconds > 0) actions.push({ type: 'wait', value: { milliseconds } });
    lastAction = now;
  }

  function transmit(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    if (!changed) {
      lastAction = undefined;
      return;
    }
    const now = clock.now();
    pauseUntil(now);
    if (now - lastRefresh >= refreshAfter) next ??= 'reset';
    let out = next === undefined || sent.length === 0 ? actions : [whole(sent), ...actions];
    if (cost(out) > LARGE && cost([whole(chars)]) < cost(out)) {
      out = [whole(chars)];
      next ??= 'reset';
    }
    const event = next ?? 'edit';
    if (event !== 'edit') lastRefresh = now;
    // §4.3: a random beginning tells the messages of several devices from each other.
    seq = event === 'new' || seq === undefined ? Math.floor(Math.random() * 2 ** 30) : seq + 1;
    [sent, actions, next, changed] = [chars, [], undefined, false];
    timer = clock.after(interval, transmit);
    // Called in a promise, so that what it throws is caught with what it rejects with.
    void Promise.resolve<RttInput>({ seq, event, id, actions: out })
      .then(send)
      .catch(() => void (next ??= 'reset'));
  }

  function finish(): void {
    timer?.[Symbol.dispose]();
    [sent, chars, actions, cursor, next, changed] = [[], [], [], 0, 'new', false];
    timer = seq = id = lastAction = undefined;
  }

  return {
    update(text, { cursor: at, id: of } = {}) {
      const after = prepareText(text);
      const position = at === undefined ? undefined : Math.min(prepareText(text.slice(0, at)).length, after.length);
      if (of !== id) {
        // §7.5.3: what is now written belongs to another message.
        [sent, chars, actions, cursor, id, next, changed] = [after, after, [], after.length, of, 'reset', true];
        lastAction = undefined;
      }
      const steps = actionsBetween(chars, after);
      cursor = cursorAfter(steps.at(-1), after.length) ?? cursor;
      if (position !== undefined && position !== cursor) {
        steps.push({ type: 'insert', value: { position, text: '' } });
        cursor = position;
      }
      if (steps.length > 0) {
        pauseUntil(clock.now());
        actions.push(...steps);
        chars = after;
        changed = true;
      }
      if (changed) timer ??= clock.after(interval, transmit);
    },
    refresh() {
      if (seq === undefined) return;
      next ??= 'reset';
      changed = true;
      transmit();
    },
    finish,
    [Symbol.dispose]: finish,
  };
}

const whole = (chars: readonly string[]): RttActionInput => ({ type: 'insert', value: { text: chars.join('') } });

/** Where the other side takes the cursor to be after an action that left so many characters (§7.2). */
function cursorAfter(action: RttActionInput | undefined, length: number): number | undefined {
  if (action?.type === 'erase') return (action.value.position ?? length + action.value.count!) - action.value.count!;
  if (action?.type !== 'insert') return undefined;
  const inserted = Array.from(action.value.text).length;
  return (action.value.position ?? length - inserted) + inserted;
}

function cost(actions: readonly RttActionInput[]): number {
  let sum = 0;
  for (const action of actions) sum += 15 + (action.type === 'insert' ? action.value.text.length : 0);
  return sum;
}
