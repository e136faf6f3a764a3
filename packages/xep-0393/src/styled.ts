// What styled text is, for whoever renders it: the same for Message Styling and for Message Markup (XEP-0394).

/**
 * A part of a text: from `start` up to, without, `end`, in UTF-16 units as `slice` takes them. The parts of a text follow
 * each other without a gap, so that its leaves, put together in order, are the text again.
 */
export interface StyledRange {
  readonly start: number;
  readonly end: number;
}

/** Characters that are shown. */
export interface StyledText extends StyledRange {
  readonly type: 'text';
}

/** Characters that told the style: `*`, `> `, the line of a fence. §8: they are shown too, in the style that they give. */
export interface StyledDirective extends StyledRange {
  readonly type: 'directive';
}

/** The characters themselves. */
export type StyledLeaf = StyledText | StyledDirective;

/** A part of a line in one style (§6.2). */
export interface StyledSpan extends StyledRange {
  readonly type: 'emphasis' | 'strong' | 'strike' | 'code';
  readonly children: readonly StyledInline[];
}

/** What lines are made of. */
export type StyledInline = StyledSpan | StyledLeaf;

/** Text without a style of its own (§6.1.1). In Message Styling it is one line, its line break included. */
export interface PlainBlock extends StyledRange {
  readonly type: 'plain';
  readonly children: readonly StyledInline[];
}

/** Preformatted text (§6.1.2). */
export interface PreBlock extends StyledRange {
  readonly type: 'pre';
  /** What stands behind the opening fence, without white space around it: often the name of a language. Anything at all. */
  readonly info?: string;
  readonly children: readonly StyledInline[];
}

/** A quotation (§6.1.3). The signs in front of its lines are among its children, or in the block that they go through. */
export interface QuoteBlock extends StyledRange {
  readonly type: 'quote';
  /** 1 for a quotation, 2 for one inside of it, and so on. */
  readonly depth: number;
  readonly children: readonly (StyledBlock | StyledLeaf)[];
}

/** An item of a list. */
export interface ListItem extends StyledRange {
  readonly type: 'item';
  readonly children: readonly StyledBlock[];
}

/** A list. Message Styling has none, Message Markup does (XEP-0394 §4.3). */
export interface ListBlock extends StyledRange {
  readonly type: 'list';
  /** Whether its items are counted. */
  readonly ordered: boolean;
  readonly children: readonly ListItem[];
}

/** What a styled text is made of (§6.1). */
export type StyledBlock = PlainBlock | PreBlock | QuoteBlock | ListBlock;
