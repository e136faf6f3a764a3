/** UTF-16 units; a couple with skin tones has 15. */
const LONGEST = 64;

// UTS #51 §1.4.9 (ED-10 to ED-17), without the lone digits that it also takes: flags of two letters, keycaps, and joined
// pictographs, each with a skin tone, a presentation selector, a combining keycap or tags. There is one way to match
// each character, so it takes linear time.
const EMOJI =
  /^(?:\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|\p{ExtPict}(?:\uFE0F?\p{EMod}|\uFE0F)?(?:[\u{E0020}-\u{E007E}]+\u{E007F})?(?:\u200D\p{ExtPict}(?:\uFE0F?\p{EMod}|\uFE0F)?)*)$/u;

/** Whether a text can be shown as a single emoji (§4; UTS #51). Emoji of later Unicode versions count as well. */
export function isEmoji(text: string): boolean {
  return text.length <= LONGEST && EMOJI.test(text);
}

/** The same for an emoji with and without its presentation selector: ❤ and ❤️ are one reaction. */
export function emojiKey(emoji: string): string {
  return emoji.replaceAll('\uFE0F', '');
}
