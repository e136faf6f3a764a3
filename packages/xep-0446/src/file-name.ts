/** How a name is made safe. */
export interface FileNameOptions {
  /** Bytes of UTF-8 at most; 200 when left out: file systems have 255, and what saves the file may add to it. */
  readonly maxBytes?: number | undefined;
  /** The name of a file that has none left; `file` when left out. */
  readonly fallback?: string | undefined;
}

// What no reader sees or what turns the text around it (UAX #9), so that `gpj.exe` reads as `exe.jpg`. Joiners stay: some
// scripts and many emoji need them.
const invisible = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;
/** Separators of directories (§3), and what Windows does not allow. */
const separators = /[/\\:*?"<>|]/g;
/** Names that are devices on Windows, with any extension. */
const device = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i;

/**
 * A name under which a file from somebody else can be saved and shown (§3): one component of a path on any system, not
 * hidden, no device, without characters that can't be seen or that turn the text around, and not too long. The extension
 * stays; whether files of that kind may be opened is for the application to say.
 *
 * @example
 * ```ts
 * import { safeFileName } from '@xeps/xep-0446';
 *
 * console.log(safeFileName('../../private.txt')); // _.._private.txt
 * ```
 */
export function safeFileName(name: string | undefined, options: FileNameOptions = {}): string {
  const { maxBytes = 200, fallback = 'file' } = options;
  // More than any name has: what follows is then quick, whatever it is.
  const cleaned = (name ?? '')
    .slice(0, 4096)
    .replace(invisible, '')
    .replace(separators, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+/, '');
  const whole = withoutTail(cleaned);
  const dot = whole.lastIndexOf('.');
  // An extension that is too long is none.
  const extension = dot > 0 && whole.length - dot <= 16 ? whole.slice(dot) : '';
  const stem = whole.slice(0, whole.length - extension.length);
  // One byte stays for what makes a device's name another one.
  const short = withoutTail(cut(stem, maxBytes - 1 - byteLength(extension)));
  if (short === '') return fallback;
  return device.test(short + extension) ? `_${short}${extension}` : short + extension;
}

/** Windows drops points and spaces at the end, and then another name is meant. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '.' || text[end - 1] === ' ')) end--;
  return text.slice(0, end);
}

/** As many whole characters as fit. */
function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  let kept = '';
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += byteLength(segment);
    if (bytes > maxBytes) break;
    kept += segment;
  }
  return kept;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
