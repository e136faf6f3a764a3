/** Messages as mails, one after another in a file (RFC 4155), for mail programs. */
import { domainToASCII } from 'node:url';
import { bareOf, tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { Message } from '@xeps/im';
import { snippet } from '../message-view.ts';
import { oneLine } from '../text.ts';
import { visible } from '../visible.ts';
import type { ExportContext, ExportedMessage, Format } from './format.ts';

/** The mailbox. Lines of a body that look like the beginning of a mail are quoted with `>` (“mboxrd”). */
export function mboxFormat(context: ExportContext): Format {
  return {
    begin: () => '',
    conversation: () => '',
    message: (exported) => mail(exported, context),
    end: () => '',
  };
}

function mail({ message, answered }: ExportedMessage, context: ExportContext): string {
  const { conversation, author, outgoing, time, replyTo, content, id, archiveId } = message;
  const to = outgoing ? conversation : context.own;
  const { text, encoding } = encodeBody(bodyOf(message));
  const headers: [name: string, value: string | undefined][] = [
    ['From', mailbox(author.address, context)],
    ['To', mailbox(to, context)],
    ['Date', mailDate(time)],
    ['Subject', encodedWords(content.subject ?? snippet(message))],
    ['Message-ID', messageId(message)],
    ['In-Reply-To', answered && messageId(answered)],
    ['References', answered && messageId(answered)],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Transfer-Encoding', encoding],
    ['X-XMPP-Conversation', encodedWords(conversation)],
    ['X-XMPP-Id', id && encodedWords(id)],
    ['X-XMPP-Archive-Id', archiveId && encodedWords(archiveId)],
    ['X-XMPP-Reply-To', replyTo && encodedWords(replyTo)],
    ['X-XMPP-State', message.state === 'received' ? undefined : message.state],
    ['X-XMPP-Edited', message.edits.length === 0 ? undefined : mailDate(new Date(message.edits.at(-1)!.time))],
    ['X-XMPP-Retracted', message.retracted && mailDate(message.retracted.time)],
    ['X-XMPP-Reactions', reactionsOf(message)],
  ];
  const head = headers.flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}\n`)).join('');
  return `From ${addrSpec(author.address)} ${asctime(time)}\n${head}\n${text.replaceAll(/^>*From /gm, '>$&')}\n\n`;
}

function bodyOf({ content, attachments, retracted }: Message): string {
  if (retracted !== undefined) return `(taken back${retracted.reason === undefined ? '' : `: ${retracted.reason}`})`;
  if (content.encryption !== undefined) return `(encrypted with ${content.encryption})`;
  const spoiler = content.spoiler === undefined ? [] : [`(spoiler: ${content.spoiler})`];
  const files = attachments.map(({ url, name }) => (name === undefined ? url : `${name}: ${url}`));
  return [...spoiler, ...(content.text === '' ? [] : [content.text]), ...files].join('\n');
}

function reactionsOf({ reactions }: Message): string | undefined {
  if (reactions.length === 0) return undefined;
  return encodedWords(reactions.map(({ author, emojis }) => `${author.address} ${emojis.join(' ')}`).join(', '));
}

/**
 * A name for all time: of the id that the archive gave, which no two messages share, else of the sender's. It is the same
 * in every export of this account.
 */
function messageId({ archiveId, id, key, conversation, time }: Message): string {
  const own = archiveId ?? `${id ?? key}.${time.getTime()}`;
  const jid = tryParseJid(conversation, { lenient: true });
  return `<${atoms(own)}@${jid === undefined ? 'localhost' : domainOf(jid)}>`;
}

function domainOf({ domain }: Jid): string {
  return domainToASCII(domain) || atoms(domain);
}

/** Characters that RFC 5322 §3.2.3 has in a dot-atom; others, and dots without something between, in hexadecimal. */
function atoms(text: string): string {
  const plain = text.replaceAll(/[^\w!#$&'*+/=?^{|}~.-]/gu, (other) => `%${other.codePointAt(0)!.toString(16)}`);
  return plain.replaceAll(/^\.|\.$|\.(?=\.)/g, '%2e');
}

/** RFC 5322 §3.4; the address as it is where mail knows such ones, else quoted or encoded. */
function mailbox(address: string, { nameOf, own }: ExportContext): string {
  const spec = addrSpec(address);
  const name = address === own ? '' : nameOf(address);
  return name === '' || name === address ? `<${spec}>` : `${phrase(name)} <${spec}>`;
}

function addrSpec(address: string): string {
  const jid = tryParseJid(bareOf(address), { lenient: true });
  return jid === undefined ? atoms(address) : `${atoms(jid.local ?? 'server')}@${domainOf(jid)}`;
}

function phrase(name: string): string {
  return /^[\w ]+$/.test(name) ? `"${name}"` : encodedWords(name, true);
}

/** Bytes of UTF-8 in one encoded word: a line with one may have 76 characters, the header's name among them (RFC 2047 §2). */
const WORD = 30;
/** Characters of a header that is written as it is, for the same reason (RFC 5322 §2.1.1). */
const PLAIN = 54;

/** A text for a header (RFC 2047): words in base64 where it has more than a short line of ASCII. */
export function encodedWords(text: string, always = false): string {
  const line = visible(oneLine(text)).replaceAll('\t', ' ');
  if (!always && line.length <= PLAIN && /^[ -~]*$/.test(line) && !line.includes('=?')) return line;
  const words: string[] = [];
  let word = '';
  for (const character of line) {
    if (Buffer.byteLength(word + character) > WORD) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((part) => `=?UTF-8?B?${Buffer.from(part).toString('base64')}?=`).join('\n ');
}

/** As it is where mail may hold it so (RFC 5322 §2.1.1: 998 bytes a line), else quoted-printable (RFC 2045 §6.7). */
function encodeBody(body: string): { readonly text: string; readonly encoding: '8bit' | 'quoted-printable' } {
  const text = visible(body.replaceAll(/\r\n?/g, '\n'));
  if (text.split('\n').every((line) => Buffer.byteLength(line) <= 998)) return { text, encoding: '8bit' };
  return { text: text.split('\n').map(quotedPrintable).join('\n'), encoding: 'quoted-printable' };
}

function quotedPrintable(line: string): string {
  let result = '';
  let length = 0;
  const bytes = Buffer.from(line);
  for (const [at, byte] of bytes.entries()) {
    const isSpace = byte === 0x20 || byte === 0x09;
    const isPlain = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || (isSpace && at < bytes.length - 1);
    const piece = isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    if (length + piece.length > 75) {
      result += '=\n';
      length = 0;
    }
    result += piece;
    length += piece.length;
  }
  return result;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322 §3.3, in UTC. */
function mailDate(time: Date): string {
  return `${days[time.getUTCDay()]!}, ${time.getUTCDate()} ${months[time.getUTCMonth()]!} ${time.getUTCFullYear()} ${clock(time)} +0000`;
}

/** RFC 4155: the time of a mail's first line, in UTC. */
function asctime(time: Date): string {
  const day = String(time.getUTCDate()).padStart(2);
  return `${days[time.getUTCDay()]!} ${months[time.getUTCMonth()]!} ${day} ${clock(time)} ${time.getUTCFullYear()}`;
}

function clock(time: Date): string {
  return time.toISOString().slice(11, 19);
}
