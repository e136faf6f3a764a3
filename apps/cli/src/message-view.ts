/** A message of the store as people see it in a terminal. */
import type { Content, DeliveryState, Message } from '@xeps/im';
import { meAction } from '@xeps/xep-0245';
import { styledLines } from './styled-text.ts';
import { byteSize } from './text.ts';
import type { Line, Span } from './terminal-text.ts';

/** What a view needs to know beside the message. */
export interface ViewContext {
  nameOf(address: string): string;
  /** `#rrggbb` for a name. */
  colorOf(address: string): string;
  /** By which it is spoken of in commands. */
  readonly number?: number | undefined;
  /** The message that it answers. */
  readonly answered?: Message | undefined;
  /** What a spoiler hides is shown. */
  readonly revealed?: boolean | undefined;
  /** Says with whom the conversation is. */
  readonly withConversation?: boolean | undefined;
  readonly now?: Date | undefined;
}

/** How far a message has come: the five states, told apart by their signs and not by colour. */
export const stateMarks: Readonly<Record<Exclude<DeliveryState, 'received'>, readonly [sign: string, word: string]>> = {
  pending: ['…', 'waits to be sent'],
  sent: ['✓', 'sent'],
  delivered: ['✓✓', 'delivered'],
  read: ['◉', 'read'],
  failed: ['✗', 'not delivered'],
};

/** What further lines begin with: no first line does, so that nobody can make up a line of somebody else. */
const INDENT: Span = { text: '    ' };

/** A message in lines. */
export function messageLines(message: Message, context: ViewContext): Line[] {
  const { retracted, edits, reactions, content, state, failure } = message;
  const name = nameSpan(message.author.address, context);
  const head: Span[] = [...headSpans(message, context)];
  const under: Line[] = [
    ...(failure === undefined || state !== 'failed' ? [] : [[INDENT, { text: failureText(message) }]]),
    ...(reactions.length === 0 ? [] : [[INDENT, ...reactionSpans(message, context)]]),
  ];
  if (retracted !== undefined) {
    const why = retracted.reason === undefined ? '' : `: ${retracted.reason}`;
    return [[...head, { text: '✂ ' }, name, { text: ` took this back${why}`, styles: ['dim'] }], ...under];
  }
  const notes: Span[] = edits.length > 0 ? [{ text: ' (edited)', styles: ['dim'] }] : [];
  const answer = message.replyTo === undefined ? [] : [quoteLine(context)];
  const [first = [], ...rest] = contentLines(content, message, context);
  const action = isShown(content, context) ? meAction(content.text) : undefined;
  const start: Line =
    action === undefined
      ? [...head, name, ...notes, { text: ':' }]
      : [...head, { text: '* ', styles: ['italic'] }, name, ...notes];
  const body = answer.length === 0 ? [[...start, { text: ' ' }, ...first], ...indent(rest)] : [start];
  return [...body, ...answer, ...(answer.length === 0 ? [] : indent([first, ...rest])), ...under];
}

/** What happened to a message that is shown already: who reacts now. */
export function reactionLine(message: Message, context: ViewContext): Line {
  const { number, nameOf } = context;
  const what: Span = { text: ` “${snippet(message)}” `, styles: ['dim'] };
  const who = message.outgoing ? 'your' : `${nameOf(message.author.address)}’s`;
  const reactions: Span[] =
    message.reactions.length === 0
      ? [{ text: 'has no reactions any more', styles: ['dim'] }]
      : reactionSpans(message, context);
  return [{ text: `↳ ${who} ${number ?? ''}`.trimEnd(), styles: ['dim'] }, what, ...reactions];
}

/** That a message did not arrive, and what to do. */
export function failureLine(message: Message, { number }: ViewContext): Line {
  const again = message.failure?.retry === false ? '' : ` /retry ${number ?? ''} sends it again.`;
  return [{ text: `✗ ${number ?? ''} “${snippet(message)}” ${failureText(message)}.${again}` }];
}

/** The beginning of what a message says, on one line. */
export function snippet({ content, attachments, retracted }: Message, most = 60): string {
  if (retracted !== undefined) return '(taken back)';
  if (content.encryption !== undefined) return '(encrypted)';
  if (content.spoiler !== undefined) return content.spoiler === '' ? 'a spoiler' : content.spoiler;
  const text = content.text === '' ? (attachments[0]?.name ?? attachments[0]?.url ?? '') : content.text;
  const characters = [...text.replaceAll(/[\s\u2028\u2029]+/g, ' ').trim()];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : characters.join('');
}

/** A name in its colour. */
function nameSpan(address: string, { nameOf, colorOf }: Pick<ViewContext, 'nameOf' | 'colorOf'>): Span {
  return { text: nameOf(address), styles: ['bold'], color: colorOf(address) };
}

function headSpans(message: Message, context: ViewContext): Span[] {
  const { number, withConversation = false, now = new Date() } = context;
  const mark = message.outgoing && message.state !== 'received' ? `${stateMarks[message.state][0]} ` : '';
  return [
    { text: `${number === undefined ? '' : `${number} `}${clock(message.time, now)} `, styles: ['dim'] },
    ...(withConversation ? [{ text: `${message.conversation} `, styles: ['dim'] as const }] : []),
    ...(mark === '' ? [] : [{ text: mark }]),
  ];
}

function isShown({ spoiler }: Content, { revealed }: ViewContext): boolean {
  return spoiler === undefined || revealed === true;
}

function contentLines(content: Content, message: Message, context: ViewContext): Line[] {
  const { subject, text, spoiler, unstyled, encryption } = content;
  const files = message.attachments.map(({ url, name, size, description }): Line => {
    const about = [name, description, size === undefined ? undefined : byteSize(size)].filter(
      (one) => one !== undefined,
    );
    return [{ text: `<${url}>${about.length === 0 ? '' : ` (${about.join(', ')})`}` }];
  });
  if (encryption !== undefined)
    return [[{ text: `(encrypted with ${encryption}: it can’t be read here)`, styles: ['dim'] }]];
  if (!isShown(content, context)) {
    const hint = spoiler === '' ? '' : `: ${spoiler ?? ''}`;
    const how = context.number === undefined ? '' : `; /show ${context.number}`;
    return [[{ text: `(spoiler${hint}${how})`, styles: ['dim'] }]];
  }
  const title = subject === undefined ? [] : [[{ text: `[${subject}]`, styles: ['bold'] } satisfies Span]];
  const said = text === '' ? [] : styledLines(meAction(text) ?? text, unstyled);
  const lines = [...title, ...said, ...files];
  return lines;
}

function indent(lines: readonly Line[]): Line[] {
  return lines.map((line) => [INDENT, ...line]);
}

function quoteLine(context: ViewContext): Line {
  const { answered } = context;
  if (answered === undefined) return [INDENT, { text: '↳ a message that is not here', styles: ['dim'] }];
  const said: Span = { text: `: ${snippet(answered)}`, styles: ['dim'] };
  return [INDENT, { text: '↳ ', styles: ['dim'] }, nameSpan(answered.author.address, context), said];
}

function reactionSpans({ reactions }: Message, context: ViewContext): Span[] {
  return reactions.flatMap(({ author, emojis }, at) => [
    ...(at === 0 ? [] : [{ text: ', ' }]),
    nameSpan(author.address, context),
    { text: ` ${emojis.join(' ')}` },
  ]);
}

function failureText({ failure }: Message): string {
  if (failure === undefined) return 'was not delivered';
  return `was not delivered: ${failure.condition}${failure.text === undefined ? '' : ` (${failure.text})`}`;
}

/** `21:03` today, else with the day, in the time zone of this machine. */
function clock(time: Date, now: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const hours = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === now.toDateString()) return hours;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${hours}`;
}
