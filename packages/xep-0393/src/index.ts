/**
 * XEP-0393: Message Styling. Reads the styles of a message out of its text, without losing a character of it.
 *
 * @packageDocumentation
 */
export { parseStyling, styledBody } from './parse.ts';
export { styling } from './plugin.ts';
export { NS_STYLING, unstyled } from './schema.ts';
export type { Unstyled, UnstyledInput } from './schema.ts';
export type {
  ListBlock,
  ListItem,
  PlainBlock,
  PreBlock,
  QuoteBlock,
  StyledBlock,
  StyledDirective,
  StyledInline,
  StyledLeaf,
  StyledRange,
  StyledSpan,
  StyledText,
} from './styled.ts';
