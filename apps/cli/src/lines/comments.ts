/** Takes the comments out of XML that people wrote: a stream has none (RFC 6120 §11.1), a file of stanzas may. */
export interface CommentFilter {
  /** The text without its comments, as far as it is known; their line feeds stay, so that lines are counted right. */
  push(text: string): string;
  /** What was held back. Of a comment without an end the beginning is given back, for the parser to refuse. */
  end(): string;
}

const COMMENT = '<!--';
const CDATA = '<![CDATA[';

/** Makes a filter for one input. It holds back a few characters at most. */
export function commentFilter(): CommentFilter {
  let inside: 'text' | 'comment' | 'cdata' = 'text';
  let held = '';

  /** Everything up to the next turn, or as much of it as is certain; `undefined` when more is needed. */
  function next(): string | undefined {
    if (inside !== 'text') {
      const close = inside === 'comment' ? '-->' : ']]>';
      const at = held.indexOf(close);
      const end = at < 0 ? Math.max(0, held.length - 2) : at + 3;
      const part = held.slice(0, end);
      const keep = inside === 'cdata' ? part : part.replaceAll(/[^\n]/g, '');
      held = held.slice(end);
      if (at >= 0) inside = 'text';
      return at >= 0 || end > 0 ? keep : undefined;
    }
    const at = held.indexOf('<');
    const rest = at < 0 ? '' : held.slice(at, at + CDATA.length);
    let end = at < 0 ? held.length : at;
    if (rest.startsWith(COMMENT)) {
      inside = 'comment';
      const before = held.slice(0, at);
      held = held.slice(at + COMMENT.length);
      return before;
    }
    if (rest === CDATA) {
      inside = 'cdata';
      end = at + CDATA.length;
    } else if (at >= 0 && !COMMENT.startsWith(rest) && !CDATA.startsWith(rest)) {
      end = at + 1;
    }
    const part = held.slice(0, end);
    held = held.slice(end);
    return end > 0 ? part : undefined;
  }

  return {
    push(text) {
      held += text;
      let out = '';
      for (let part = next(); part !== undefined; part = next()) out += part;
      return out;
    },
    end: () => (inside === 'comment' ? COMMENT : held),
  };
}
