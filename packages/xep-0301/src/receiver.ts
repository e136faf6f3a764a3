import { systemClock } from './clock.ts';
import type { RttClock } from './clock.ts';
import { applyAction } from './edits.ts';
import type { EditedText } from './edits.ts';
import type { Rtt, RttAction } from './schema.ts';

/** Code points that a text may have, and actions that an `<rtt/>` may: more is as if it had been lost. */
const MOST_CHARACTERS = 20_000;
const MOST_ACTIONS = 1000;
/** Milliseconds by which the text may lag behind what came (§7.4), and steps that may wait: of more, pauses are left out. */
const MOST_LAG = 1400;
const MOST_WAITING = 2000;

/** §3: a message that somebody is still writing. */
export interface RttMessage {
  readonly text: string;
  /** Where the sender's cursor is (§7.2), as an index into `text`. */
  readonly cursor: number;
  /** Whether the text is what its sender has; false when an edit got lost, until a refresh or the message comes (§4.7.2). */
  readonly inSync: boolean;
  /** The id of the message that is being corrected (§7.5.3). */
  readonly id?: string;
}

/** How a text is received. */
export interface RttReceiverOptions {
  /** Told after every change; `undefined`: there is no such message any more. */
  readonly onChange?: ((message: RttMessage | undefined) => void) | undefined;
  /** Whether pauses between key presses are kept (§7.1.2); true when left out. */
  readonly playback?: boolean | undefined;
  /** Milliseconds without news after which the message is forgotten (§7.5.6); 600,000 when left out. */
  readonly staleAfter?: number | undefined;
  readonly clock?: RttClock | undefined;
}

/** The text of one sender, put together from what comes. */
export interface RttReceiver extends Disposable {
  /** The message as far as it is to be shown. */
  readonly message: RttMessage | undefined;
  /** Takes what came next. `init` says nothing about the text, `cancel` ends it. */
  receive(rtt: Rtt): void;
  /** The message came (§4.4), or nobody wants it any more: its real-time text is over. */
  clear(): void;
}

interface ShownText extends EditedText {
  readonly id: string | undefined;
}
const noText = (id?: string): ShownText => ({ chars: [], cursor: 0, id });

type Step = RttAction | { readonly type: 'begin'; readonly id: string | undefined };

/**
 * Follows what one sender writes (§4.3, §4.7), as long as none of it is missing. Positions that do not fit are clipped,
 * texts and lists that are too long count as lost.
 *
 * Texts are taken as they come: normalizing them here, as §4.8.3 would have it, moves the positions of senders that did
 * not, and changes nothing for those that did.
 */
export function createRttReceiver(options: RttReceiverOptions = {}): RttReceiver {
  const { onChange, playback = true, staleAfter = 600_000, clock = systemClock } = options;
  /** Of the last `<rtt/>` that counted; `undefined` when out of sync. */
  let seq: number | undefined;
  let id: string | undefined;
  let shown: ShownText | undefined;
  let queue: Step[] = [];
  /** Milliseconds of all pauses in the queue. */
  let lag = 0;
  let pause: Disposable | undefined;
  let idle: Disposable | undefined;

  function lose(): void {
    seq = undefined;
    shown ??= noText();
  }

  function enqueue(rtt: Rtt): void {
    if (rtt.event === 'edit') {
      // §4.7.2: once out of sync, edits are ignored. §7.5.3: another message begins with a refresh.
      if (seq === undefined || rtt.seq !== seq + 1 || rtt.id !== id) return lose();
    } else {
      id = rtt.id;
      queue.push({ type: 'begin', id });
    }
    seq = rtt.seq;
    if (rtt.actions.length > MOST_ACTIONS) return lose();
    for (const action of rtt.actions) {
      if (action.type !== 'wait') queue.push(action);
      else if (playback && action.value.milliseconds > 0) {
        const milliseconds = Math.min(action.value.milliseconds, MOST_LAG);
        queue.push({ type: 'wait', value: { milliseconds } });
        lag += milliseconds;
      }
    }
  }

  function play(): void {
    let step: Step | undefined;
    while ((step = queue[0]) !== undefined) {
      if (step.type === 'wait') {
        const { milliseconds } = step.value;
        if (lag <= MOST_LAG && queue.length <= MOST_WAITING) {
          pause ??= clock.after(milliseconds, () => {
            endPause(milliseconds);
            play();
          });
          break;
        }
        endPause(milliseconds);
        continue;
      }
      queue.shift();
      if (step.type === 'begin') shown = noText(step.id);
      else applyAction((shown ??= noText()), step);
      if (shown.chars.length > MOST_CHARACTERS) {
        shown = noText(shown.id);
        lose();
        stopPlaying();
      }
    }
    onChange?.(snapshot());
  }

  function endPause(milliseconds: number): void {
    pause?.[Symbol.dispose]();
    pause = undefined;
    queue.shift();
    lag -= milliseconds;
  }

  function stopPlaying(): void {
    pause?.[Symbol.dispose]();
    pause = undefined;
    queue = [];
    lag = 0;
  }

  function snapshot(): RttMessage | undefined {
    if (shown === undefined) return undefined;
    const { chars, cursor } = shown;
    return {
      text: chars.join(''),
      cursor: chars.slice(0, cursor).join('').length,
      inSync: seq !== undefined,
      ...(shown.id !== undefined && { id: shown.id }),
    };
  }

  function clear(): void {
    idle?.[Symbol.dispose]();
    stopPlaying();
    seq = undefined;
    if (shown === undefined) return;
    shown = undefined;
    onChange?.(undefined);
  }

  return {
    get message() {
      return snapshot();
    },
    receive(rtt) {
      if (rtt.event === 'init') return;
      if (rtt.event === 'cancel') return clear();
      idle?.[Symbol.dispose]();
      idle = clock.after(staleAfter, clear);
      enqueue(rtt);
      play();
    },
    clear,
    [Symbol.dispose]: clear,
  };
}
