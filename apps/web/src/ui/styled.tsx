import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { styledText } from '@xeps/im';
import type { Message } from '@xeps/im';
import type { ListItem, StyledBlock, StyledInline } from '@xeps/xep-0393';

/** Addresses that may be followed; what stands behind them as punctuation is not part of them. */
const link = /\bhttps?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}]|\bxmpp:[^\s<>"]*[^\s<>"'.,;:!?)\]}]/g;

/** What a message says, with its styling (XEP-0393), its directives left visible but pale, and its links. */
export function Styled({ message }: { readonly message: Pick<Message, 'content' | 'text'> }): ReactNode {
  const { text } = message;
  return styledText(message).map((block) => <Fragment key={block.start}>{renderBlock(block, text)}</Fragment>);
}

function renderBlock(block: StyledBlock | ListItem | StyledInline, text: string): ReactNode {
  switch (block.type) {
    case 'plain':
      return <span className="line">{renderAll(block.children, text)}</span>;
    case 'pre':
      return <pre tabIndex={0}>{renderAll(block.children, text)}</pre>;
    case 'quote':
      return <blockquote>{renderAll(block.children, text)}</blockquote>;
    case 'list':
      return block.ordered ? <ol>{renderAll(block.children, text)}</ol> : <ul>{renderAll(block.children, text)}</ul>;
    case 'item':
      return <li>{renderAll(block.children, text)}</li>;
    case 'strong':
      return <strong>{renderAll(block.children, text)}</strong>;
    case 'emphasis':
      return <em>{renderAll(block.children, text)}</em>;
    case 'strike':
      return <s>{renderAll(block.children, text)}</s>;
    case 'code':
      return <code>{renderAll(block.children, text)}</code>;
    case 'directive':
      return <span className="directive">{text.slice(block.start, block.end)}</span>;
    default:
      return withLinks(text.slice(block.start, block.end));
  }
}

function renderAll(children: readonly (StyledBlock | ListItem | StyledInline)[], text: string): ReactNode {
  return children.map((child) => <Fragment key={child.start}>{renderBlock(child, text)}</Fragment>);
}

function withLinks(text: string): ReactNode {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const { 0: url, index } of text.matchAll(link)) {
    if (!URL.canParse(url)) continue;
    parts.push(
      text.slice(done, index),
      <a key={index} href={url} target="_blank" rel="noopener noreferrer nofollow">
        {url}
      </a>,
    );
    done = index + url.length;
  }
  return parts.length === 0 ? text : [...parts, text.slice(done)];
}
