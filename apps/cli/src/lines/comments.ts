/** Takes the comments out of XML that people wrote: a stream has none (RFC 6120 §11.1), a file of stanzas may. */
export interface CommentFilter {
  /** The text without its comments, as far as it is known; line feeds of comments stay, so that lines are counted right. */
  push(text: string): string;
  /** What was held back. An open comment is given back as it is, for the parser to refuse. */
  end(): string;
}

const OPEN = '<!--';
const CDATA = '<![CDATA[';

/** Makes a filter for one input. */
export function commentFilter(): CommentFilter {
  let held = '';

  function take(final: boolean): string {
    let out = '';
    for (;;) {
      const at = held.indexOf('<!');
      if (at < 0) break;
      const isComment = held.startsWith(OPEN, at);
      if (!isComment && !held.startsWith(CDATA, at)) {
        const rest = held.slice(at);
        // Perhaps the beginning of one of the two.
        if (!final && (OPEN.startsWith(rest) || CDATA.startsWith(rest))) break;
        out += held.slice(0, at + 2);
        held = held.slice(at + 2);
        continue;
      }
      const close = isComment ? '-->' : ']]>';
      const end = held.indexOf(close, at + (isComment ? OPEN : CDATA).length);
      if (end < 0) break;
      const inside = held.slice(at, end + 3);
      out += held.slice(0, at) + (isComment ? inside.replaceAll(/[^\n]/g, '') : inside);
      held = held.slice(end + 3);
    }
    const open = held.indexOf('<!');
    // A "<" at the very end may turn out to begin a comment.
    const keep = final ? -1 : open >= 0 ? open : held.endsWith('<') ? held.length - 1 : -1;
    out += keep < 0 ? held : held.slice(0, keep);
    held = keep < 0 ? '' : held.slice(keep);
    return out;
  }

  return {
    push(text) {
      held += text;
      return take(false);
    },
    end: () => take(true),
  };
}
