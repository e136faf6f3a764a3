/** No word is kept longer; of a longer one the beginning is. Code points. */
const MOST = 40;
/** Of a text so many words are kept. */
const MOST_WORDS = 2_000;

/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const word = /[\p{L}\p{N}\p{Emoji_Presentation}][\p{L}\p{N}\p{M}]*/gu;

/**
 * The words of a text, as stores index them and as a search asks for them: without regard to case, accents and width.
 * Of scripts that write no spaces, each character and each pair of neighbours is a word. Each word once.
 */
export function searchWords(text: string): string[] {
  const words = new Set<string>();
  for (const [found] of folded(text).matchAll(word)) {
    if (words.size >= MOST_WORDS) break;
    if (!unspaced.test(found)) words.add([...found].slice(0, MOST).join(''));
    else addPieces(words, [...found]);
  }
  return [...words];
}

/** The words to search for: of unspaced scripts the pairs alone, because the single characters say nothing more. */
export function queryWords(text: string): string[] {
  const words = searchWords(text);
  const paired = new Set(
    words.filter((one) => unspaced.test(one) && [...one].length === 2).flatMap((pair) => [...pair]),
  );
  return words.filter((one) => !paired.has(one));
}

function addPieces(words: Set<string>, characters: readonly string[]): void {
  for (const [at, character] of characters.entries()) {
    if (words.size >= MOST_WORDS) return;
    words.add(character);
    const next = characters[at + 1];
    if (next !== undefined) words.add(character + next);
  }
}

/** NFKD without the marks that it splits off, in lower case. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
}
