/** Conversations as a page of HTML: one file, nothing that runs, nothing that is fetched. */
import type { Message } from '@xeps/im';
import { meAction } from '@xeps/xep-0245';
import { parseStyling } from '@xeps/xep-0393';
import type { ListItem, StyledBlock, StyledInline } from '@xeps/xep-0393';
import { snippet, stateMarks } from '../message-view.ts';
import { byteSize } from '../text.ts';
import type { ExportContext, ExportedMessage, Format } from './format.ts';

const light = '#ffffff';
const dark = '#16181c';

const style = `
:root { color-scheme: light dark; --paper: ${light}; --ink: #1c1e21; --faint: #5f6672; --line: #d9dce1; --own: #eef4fd; --other: #f4f5f7 }
@media (prefers-color-scheme: dark) { :root { --paper: ${dark}; --ink: #e8eaed; --faint: #9aa2af; --line: #343941; --own: #1d2a3d; --other: #22262c } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
main, nav { max-width: 46rem; margin: 0 auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 2rem 0 .5rem } h1 small, time, .state, .reactions, .files, details, .none { color: var(--faint); font-size: .875rem; font-weight: normal }
h2 { font-size: .875rem; text-align: center; color: var(--faint); border-bottom: 1px solid var(--line); margin: 1.5rem 0 1rem }
article { background: var(--other); border-radius: .5rem; padding: .4rem .75rem; margin: .5rem 3rem .5rem 0 }
article.own { background: var(--own); margin: .5rem 0 .5rem 3rem }
article:target { outline: 2px solid currentColor }
header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: baseline }
.name { font-weight: 600; color: var(--on-light) }
p, ul, ol, pre, blockquote { margin: .15rem 0 } ul, ol { padding-left: 1.25rem }
.text { white-space: pre-wrap } pre { white-space: pre-wrap; border-left: 3px solid var(--line); padding-left: .5rem }
blockquote, .quote { display: block; border-left: 3px solid var(--line); padding-left: .5rem; color: var(--faint); text-decoration: none }
.mark { color: var(--faint) } a { color: inherit }
@media (prefers-color-scheme: dark) { .name { color: var(--on-dark) } }
@media print { body { background: none; color: #000 } article, article.own { background: none; border: 1px solid #bbb; break-inside: avoid } .name { color: var(--on-light) } nav { display: none } }
`;

/** The page. */
export function htmlFormat(exportContext: ExportContext): Format {
  let open = false;
  let day = '';
  const { timeZone } = exportContext;
  const dayOf = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone });
  // One for all messages: they are dear.
  const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone });
  const context: PageContext = { ...exportContext, clock };
  const close = (): string => (open ? '</section>\n' : '');
  return {
    begin(conversations) {
      const title =
        conversations.length === 1 ? `${context.nameOf(conversations[0]!)} (${conversations[0]!})` : context.own;
      const links = conversations.map(
        (one) => `<li><a href="#${anchor(one)}">${escape(context.nameOf(one))}</a> ${escape(one)}</li>`,
      );
      const index =
        conversations.length > 1
          ? `<nav>\n<h1>${escape(context.own)}</h1>\n<ul>\n${links.join('\n')}\n</ul>\n</nav>\n`
          : '';
      return (
        `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n` +
        `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n` +
        `<title>${escape(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n${index}<main>\n`
      );
    },
    conversation(address) {
      const before = close();
      open = true;
      day = '';
      const name = context.nameOf(address);
      return `${before}<section>\n<h1 id="${anchor(address)}">${escape(name)} <small>${escape(address)}</small></h1>\n`;
    },
    message(exported) {
      const next = dayOf.format(exported.message.time);
      const heading = next === day ? '' : `<h2>${escape(next)}</h2>\n`;
      day = next;
      return heading + article(exported, context);
    },
    end: () => `${close()}</main>\n</body>\n</html>\n`,
  };
}

interface PageContext extends ExportContext {
  readonly clock: Intl.DateTimeFormat;
}

function article({ message, answered }: ExportedMessage, context: PageContext): string {
  const { key, author, outgoing, time, state, retracted, replyTo } = message;
  const mark = state === 'received' ? '' : stateOf(message);
  const action = retracted === undefined ? meAction(message.text) : undefined;
  return (
    `<article id="${anchor(key)}"${outgoing ? ' class="own"' : ''}>\n` +
    `<header>${nameOf(author.address, context)}${timeOf(time, context)}${mark}</header>\n` +
    (replyTo === undefined ? '' : quote(answered, context)) +
    (retracted === undefined ? content(message, action) : tombstone(retracted)) +
    reactionsOf(message, context) +
    editsOf(message, context) +
    '</article>\n'
  );
}

function stateOf({ state, failure }: Message): string {
  const [sign, word] = state === 'received' ? ['', ''] : stateMarks[state];
  const why = state === 'failed' && failure !== undefined ? `: ${failure.condition} ${failure.text ?? ''}` : '';
  return `<span class="state" title="${escape(word + why.trimEnd())}">${sign}</span>`;
}

function nameOf(address: string, { nameOf: name, colorOf }: PageContext): string {
  const colors = `--on-light:${colorOf(address, light)};--on-dark:${colorOf(address, dark)}`;
  return `<span class="name" title="${escape(address)}" style="${escape(colors)}">${escape(name(address))}</span>`;
}

function timeOf(time: Date, { clock }: PageContext): string {
  const shown = clock.format(time);
  return `<time datetime="${time.toISOString()}" title="${time.toISOString()}">${shown}</time>`;
}

function quote(answered: Message | undefined, { nameOf: name }: PageContext): string {
  if (answered === undefined) return '<span class="quote">answers a message that is not here</span>\n';
  const text = `${name(answered.author.address)}: ${snippet(answered, 120)}`;
  return `<a class="quote" dir="auto" href="#${anchor(answered.key)}">${escape(text)}</a>\n`;
}

function tombstone({ reason }: { readonly reason?: string }): string {
  return `<p class="none">✂ taken back${reason === undefined ? '' : `: ${escape(reason)}`}</p>\n`;
}

function content({ content: said, attachments }: Message, action: string | undefined): string {
  const { subject, text, spoiler, unstyled, encryption, lang } = said;
  if (encryption !== undefined) return `<p class="none">encrypted with ${escape(encryption)}</p>\n`;
  const language = lang === undefined ? '' : ` lang="${escape(lang)}"`;
  const body =
    action === undefined ? styled(text, unstyled === true) : `<em>* ${styled(action, unstyled === true)}</em>`;
  const files = attachments.map(({ url, name, description, size }) => {
    const more = [description, size === undefined ? undefined : byteSize(size)].filter((one) => one !== undefined);
    return `<li>${link(url, name ?? url)}${more.length === 0 ? '' : ` ${escape(more.join(', '))}`}</li>`;
  });
  const all =
    (subject === undefined ? '' : `<p><strong>${escape(subject)}</strong></p>\n`) +
    (text === '' ? '' : `<div class="text" dir="auto"${language}>${body}</div>\n`) +
    (files.length === 0 ? '' : `<ul class="files">${files.join('')}</ul>\n`);
  if (spoiler === undefined) return all;
  return `<details><summary>${spoiler === '' ? 'spoiler' : escape(spoiler)}</summary>\n${all}</details>\n`;
}

function reactionsOf({ reactions }: Message, { nameOf: name }: PageContext): string {
  if (reactions.length === 0) return '';
  const all = reactions.map(({ author, emojis }) => `${escape(emojis.join(' '))} ${escape(name(author.address))}`);
  return `<p class="reactions">${all.join(' · ')}</p>\n`;
}

function editsOf({ edits, retracted }: Message, context: PageContext): string {
  if (edits.length < 2 || retracted !== undefined) return '';
  const earlier = edits
    .slice(0, -1)
    .map(
      (edit) => `<li>${timeOf(new Date(edit.time), context)} <span dir="auto">${escape(edit.content.text)}</span></li>`,
    );
  return `<details class="edits"><summary>edited</summary>\n<ol>${earlier.join('')}</ol>\n</details>\n`;
}

const tags: Readonly<Record<string, readonly [open: string, close: string]>> = {
  strong: ['<strong>', '</strong>'],
  emphasis: ['<em>', '</em>'],
  strike: ['<s>', '</s>'],
  code: ['<code>', '</code>'],
  pre: ['<pre>', '</pre>'],
  quote: ['<blockquote>', '</blockquote>'],
  directive: ['<span class="mark">', '</span>'],
};

/** The text with its styles (XEP-0393), and with addresses of pages as links. */
function styled(text: string, unstyled: boolean): string {
  const body = text.replaceAll(/\r\n?/g, '\n').trimEnd();
  function walk(node: StyledBlock | StyledInline | ListItem): string {
    const [open, close] = tags[node.type] ?? ['', ''];
    const inner =
      'children' in node
        ? node.children.map(walk).join('')
        : node.type === 'directive'
          ? escape(body.slice(node.start, node.end))
          : linked(body.slice(node.start, node.end));
    return open + inner + close;
  }
  return unstyled ? linked(body) : parseStyling(body).map(walk).join('');
}

function linked(text: string): string {
  let result = '';
  let at = 0;
  for (const { 0: found, index } of text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
    // What ends the sentence is none of it; a bracket is, when it was opened in it.
    const end = found.includes('(') ? /[.,;:!?'"»”’\]}]+$/ : /[.,;:!?'"»”’)\]}]+$/;
    const url = found.replace(end, '');
    result += escape(text.slice(at, index)) + link(url, url);
    at = index + url.length;
  }
  return result + escape(text.slice(at));
}

/** A link; to the web alone: what else strangers write in its place is text. */
function link(url: string, text: string): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return escape(text);
  return `<a href="${escape(url)}" rel="noopener noreferrer nofollow">${escape(text)}</a>`;
}

/** A name for a place of the page, of letters that need no escaping. */
function anchor(text: string): string {
  return `m-${text.replaceAll(/[^\w-]/gu, (other) => `.${other.codePointAt(0)!.toString(16)}.`)}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML; control characters, which it can't hold, are shown as a box. */
function escape(text: string): string {
  return (
    text
      .replaceAll(/[&<>"']/g, (character) => entities[character]!)
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
  );
}
