import type { RttAction, RttActionInput } from './schema.ts';

/** A text as the actions see it: code points (§4.8.1), and where the sender's cursor is. */
export interface EditedText {
  chars: string[];
  cursor: number;
}

/** Does to a text what an action says (§4.6.2, §4.6.3, and §7.2 for the cursor). */
export function applyAction(text: EditedText, action: RttAction): void {
  if (action.type === 'wait') return;
  const { chars } = text;
  const at = Math.min(action.value.position ?? chars.length, chars.length);
  if (action.type === 'erase') {
    text.cursor = Math.max(at - action.value.count, 0);
    chars.splice(text.cursor, at - text.cursor);
  } else {
    const inserted = Array.from(action.value.text);
    // In place where it can be: a stanza holds many small ones. Long ones are too many arguments.
    if (inserted.length < 1000) chars.splice(at, 0, ...inserted);
    else text.chars = chars.slice(0, at).concat(inserted, chars.slice(at));
    text.cursor = at + inserted.length;
  }
}

/**
 * The actions that make `after` of `before`: at most one block erased and one inserted (§7.3.1). A combining character
 * goes together with what it stands on (§4.8.2).
 */
export function actionsBetween(before: readonly string[], after: readonly string[]): RttActionInput[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let same = 0;
  while (same < shorter - start && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  if (before.length === after.length && start === before.length) return [];
  while (start > 0 && (isMark(before[start]) || isMark(after[start]))) start--;
  while (same > 0 && isMark(after[after.length - same])) same--;

  const erased = before.length - same - start;
  const inserted = after.slice(start, after.length - same).join('');
  // What is left after the erasing: at its end no position has to be said.
  const position = same === 0 ? undefined : start;
  const actions: RttActionInput[] = [];
  if (erased > 0)
    actions.push({ type: 'erase', value: { position: same === 0 ? undefined : start + erased, count: erased } });
  if (inserted !== '') actions.push({ type: 'insert', value: { position, text: inserted } });
  return actions;
}

/** The text as it can be sent (§4.8.2): in NFC, with U+000A for every line break, without what XML can't hold. */
export function prepareText(text: string): string[] {
  return Array.from(
    text
      .replace(/\r\n?/g, '\n')
      .replace(/[^\t\n\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
      .normalize('NFC'),
  );
}

function isMark(char: string | undefined): boolean {
  return char !== undefined && /^\p{M}/u.test(char);
}
