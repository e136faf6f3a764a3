/** A conversation as it goes on: what is typed is sent, and what happens is shown. */
import { XmppError } from '@xeps/core';
import type { Change, Message } from '@xeps/im';
import type { CommandContext } from '../command.ts';
import type { Conversations } from '../conversations.ts';
import { UsageError } from '../failure.ts';
import { markFound } from '../found-words.ts';
import { failureLine, messageLines, reactionLine, stateMarks } from '../message-view.ts';
import type { ViewContext } from '../message-view.ts';
import type { Output } from '../output.ts';
import { findMessage, storedLine } from '../stored-message.ts';
import type { Line, Span } from '../terminal-text.ts';
import { firstWord, helpLines, readInputLine } from './input-line.ts';
import type { ChatCommand } from './input-line.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { createShown } from './shown.ts';

/** Messages of which is looked whether something is new about them, and pages in which older ones are read. */
const PAGE = 100;
/** Messages that are shown at first where so many were not read. */
const MOST = 500;
/** Milliseconds that a message may take to the server before it is shown as one that waits. */
const SOON = 700;
/** Milliseconds for which somebody writes who does not say that it is over. */
const WRITING = 60_000;

/** Not all messages that were sent have arrived. */
class NotDeliveredError extends XmppError {
  static override readonly brand: string = 'NotDeliveredError';
  readonly condition: string;
  constructor(message: string, condition: string) {
    super('ERR_XEPS_NOT_DELIVERED', message);
    this.condition = condition;
  }
}

/** A chat with one other side. */
export interface Chat {
  /** Somebody types, and sees a prompt. */
  readonly interactive: boolean;
  /** The command's output, whose notes stand above what is being typed. */
  readonly output: Output;
  /** Shows the newest messages that are stored; none on a store that knows nothing of the account yet. */
  open(conversations: Conversations): Promise<void>;
  /** Shows what there is now, and from now on what happens. */
  follow(): Promise<void>;
  /** Does what is typed, until `/quit` or the end of the input. Rejects when something can't be shown. */
  read(): Promise<void>;
  /** There is a connection, or none. */
  setOnline(online: boolean): void;
  /** Rejects with what has failed of what was sent here. */
  checkDelivered(): Promise<void>;
  close(): void;
}

/** Makes one. Nothing is read from the input before `read`. */
export function createChat(context: CommandContext<object>, address: string, first: number): Chat {
  const { output } = context;
  const screen: Screen = openScreen(context.input, output);
  const shown = createShown();
  const revealed = new Set<string>();
  const sent = new Set<string>();
  const later = new Set<string>();
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => undefined);
  let all!: Conversations;
  let queue: Promise<void> = Promise.resolve();
  /** What is older than that is not shown by itself. Undefined as long as nothing is. */
  let floor: number | undefined;
  let online = false;
  let writing: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function note(text: string): void {
    if (screen.interactive) void screen.print([[{ text, styles: ['dim'] }]]);
    else output.note(text);
  }

  /** One thing at a time, in the order in which it came. */
  function inTurn(task: () => Promise<void>): Promise<void> {
    queue = queue.then(() => (closed ? undefined : task())).catch(reject);
    return queue;
  }

  function contextOf(message: Message, answered?: Message): ViewContext {
    return {
      nameOf: all.nameOf,
      colorOf: (one) => all.im.colorOf(one),
      number: screen.interactive || !output.json ? shown.numberOf(message.key) : undefined,
      answered,
      revealed: revealed.has(message.key),
    };
  }

  async function linesOf(message: Message): Promise<Line[]> {
    const answered = message.replyTo === undefined ? undefined : await all.im.find(address, message.replyTo);
    return messageLines(message, contextOf(message, answered));
  }

  async function show(message: Message, type: 'message' | 'changed', lines?: () => readonly Line[]): Promise<void> {
    if (output.json) return output.styled(storedLine(message, all.own, type), () => []);
    await screen.print(lines?.() ?? (await linesOf(message)));
  }

  /** Shows messages that are not shown yet, and what is new of the others. */
  async function take(messages: readonly Message[]): Promise<void> {
    for (const message of messages) {
      const news = shown.take(message);
      // What is written to a pipe stands there as it was: when it is known that it was sent.
      if (isLater(message)) continue;
      if (news === 'new' || later.delete(message.key)) await show(message, 'message');
      else if (news === 'wording') await show(message, 'changed');
      else if (news === 'reactions') await show(message, 'changed', () => [reactionLine(message, contextOf(message))]);
      else if (news === 'failed') await show(message, 'changed', () => [failureLine(message, contextOf(message))]);
      // On a terminal the prompt shows it.
      else if (news === 'state' && output.json) await show(message, 'changed');
    }
    prompt();
    const seen = messages.findLast(({ outgoing }) => !outgoing);
    if (seen !== undefined) markRead(seen.key);
  }

  function isLater({ key, state, outgoing }: Message): boolean {
    if (screen.interactive || output.json || !outgoing || state !== 'pending') return false;
    later.add(key);
    return true;
  }

  /** Told to the other side when it may know, which takes a connection: nobody waits for that. */
  function markRead(key?: string): void {
    all.im.markRead(address, key).catch((error: unknown) => {
      if (!closed && !context.signal.aborted && online) reject(error);
    });
  }

  /** All that is newer than the floor and not shown, and what is new of the newest. */
  async function look(changed: readonly string[] = []): Promise<void> {
    if (floor === undefined) return;
    const pages = [await all.im.messages(address, { limit: PAGE })];
    for (;;) {
      const oldest = pages.at(-1)?.[0];
      if (oldest === undefined || oldest.position <= floor || shown.has(oldest.key)) break;
      pages.push(await all.im.messages(address, { before: oldest.position, limit: PAGE }));
    }
    // One that was sent meanwhile has changed its place, and is in two pages: as it was read last it counts.
    const read = pages.reverse().flat();
    const messages = [...new Map(read.toReversed().map((message) => [message.key, message])).values()].reverse();
    const from = floor;
    const here = new Set(messages.map(({ key }) => key));
    const others = changed.filter((key) => shown.has(key) && !here.has(key));
    const older = await Promise.all(others.map((key) => all.im.message(key)));
    const known = messages.filter(({ key, position }) => position > from || shown.has(key));
    await take([...older.filter((message) => message !== undefined), ...known]);
  }

  function onChange({ conversations, changed, removed }: Change): void {
    if (conversations !== 'all' && !conversations.includes(address)) return;
    void inTurn(async () => {
      for (const key of removed.filter((one) => shown.drop(one))) {
        const line = `✂ ${shown.numberOf(key) ?? ''} was not sent, and is gone`;
        if (output.json) await output.result({ type: 'removed', key, conversation: address }, '');
        else await screen.print([[{ text: line, styles: ['dim'] }]]);
      }
      await look(changed);
    });
  }

  async function showNewest(): Promise<void> {
    // What is shown counts as read, and all before it.
    const { unread } = await all.im.conversation(address);
    const limit = Math.max(first, Math.min(unread, MOST));
    const messages = await all.im.messages(address, { limit });
    // An archive that has been read back further would come as news.
    floor = messages.length < limit ? -Infinity : messages[0]!.position - 0.5;
    await take(messages);
  }

  function prompt(): void {
    if (!screen.interactive || all === undefined) return;
    const last = shown.last(({ outgoing, retracted }) => outgoing && retracted === undefined);
    const state = last === undefined || last.state === 'received' ? undefined : stateMarks[last.state];
    const parts: Span[] = [
      ...(online ? [] : [{ text: '(no connection) ', styles: ['bold'] as const }]),
      ...(writing === undefined ? [] : [{ text: `${all.nameOf(address)} writes… `, styles: ['italic'] as const }]),
      ...(state === undefined ? [] : [{ text: `${state.join(' ')} `, styles: ['dim'] as const }]),
    ];
    screen.setPrompt([...parts, { text: '>' }]);
  }

  function setWriting(is: boolean): void {
    clearTimeout(writing);
    writing = is ? setTimeout(() => setWriting(false), WRITING) : undefined;
    writing?.unref?.();
    prompt();
  }

  /** The message that a command is about, and the rest of its argument. */
  async function target(
    argument: string,
    fits: (message: Message) => boolean,
    what: string,
  ): Promise<{ message: Message; rest: string }> {
    const [word, rest] = firstWord(argument);
    if (/^-?\d{1,9}$/.test(word) && word !== '0') {
      const key = shown.keyOf(Number(word), fits);
      const message = key === undefined ? undefined : await all.im.message(key);
      if (message === undefined) throw new UsageError(`there is no message ${word} here`);
      return { message, rest };
    }
    // Programs name messages by what they have read of them.
    const named = output.json && word !== '' ? await findMessage(all, address, word, false) : undefined;
    if (named !== undefined) return { message: named, rest };
    const last = shown.last(fits);
    if (last === undefined) throw new UsageError(`there is no message ${what}`);
    return { message: last, rest: argument };
  }

  const isOwn = ({ outgoing, retracted }: Message): boolean => outgoing && retracted === undefined;
  const isOther = ({ outgoing, retracted }: Message): boolean => !outgoing && retracted === undefined;

  const commands: Readonly<Record<ChatCommand, (argument: string) => Promise<void>>> = {
    async edit(argument) {
      const { message, rest } = await target(argument, isOwn, 'of yours to edit');
      if (rest === '') throw new UsageError('what is it to say? /edit TEXT, or /edit n TEXT');
      await all.im.correct(message.key, rest);
    },
    async react(argument) {
      const { message, rest } = await target(argument, isOther, 'of the other side to react to');
      await all.im.react(
        message.key,
        rest.split(/\s+/).filter((emoji) => emoji !== ''),
      );
    },
    async reply(argument) {
      const { message, rest } = await target(argument, isOther, 'of the other side to answer');
      if (rest === '') throw new UsageError('what do you answer? /reply TEXT, or /reply n TEXT');
      await accepted(all.im.send(address, { text: rest, replyTo: message.key }));
    },
    async retract(argument) {
      const { message } = await target(argument, isOwn, 'of yours to take back');
      // Nobody has to be told of what nobody has got.
      if (!(await all.im.cancel(message.key))) await all.im.retract(message.key);
    },
    async retry(argument) {
      const { message } = await target(argument, ({ state }) => state === 'failed', 'that failed');
      await accepted(all.im.retry(message.key));
    },
    async show(argument) {
      const hides = ({ key, content }: Message): boolean => content.spoiler !== undefined && !revealed.has(key);
      const { message } = await target(argument, hides, 'that hides something');
      revealed.add(message.key);
      if (!output.json) await screen.print(await linesOf(message));
    },
    async search(argument) {
      if (argument === '') throw new UsageError('search for what? /search TEXT');
      const found = await all.im.search(argument, { conversation: address, limit: 20 });
      for (const message of found.toReversed()) {
        shown.take(message);
        const lines = await linesOf(message);
        await show(message, 'message', () => markFound(lines, argument));
      }
      if (found.length === 0) note('nothing was found');
    },
    async older(argument) {
      const wanted = argument === '' ? 20 : Number(argument);
      if (!/^[1-9]\d{0,4}$/.test(argument || '20')) throw new UsageError('how many? /older, or /older 50');
      const [oldest] = await all.im.messages(address, { after: -Infinity, limit: 1 });
      const from = floor === undefined || floor === -Infinity ? (oldest?.position ?? Infinity) : floor;
      let messages = await all.im.messages(address, { before: from, limit: wanted });
      let complete = false;
      if (messages.length < wanted && online) {
        const { signal } = context;
        ({ complete } = await all.im.loadOlder(address, { limit: wanted - messages.length, signal }));
        messages = await all.im.messages(address, { before: from, limit: wanted });
      }
      if (messages.length === 0)
        note(online ? 'there is nothing older' : 'nothing older is stored here, and there is no connection');
      else floor = messages[0]!.position - 0.5;
      for (const message of messages) if (shown.take(message) === 'new') await show(message, 'message');
      if (output.json) await output.result({ type: 'older', count: messages.length, complete }, '');
    },
    async read() {
      markRead();
    },
    async me() {
      throw new UsageError('what do you do? /me TEXT');
    },
    async help() {
      if (!output.json) await screen.print(helpLines().map((text) => [{ text }]));
    },
    async quit() {
      screen.close();
    },
  };

  async function accepted(sending: Promise<Message>): Promise<void> {
    let message = await sending;
    sent.add(message.key);
    // What stands on the screen is not changed any more: it is shown when the server has it, if that is soon.
    const end = performance.now() + SOON;
    while (screen.interactive && online && message.state === 'pending' && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      message = (await all.im.message(message.key)) ?? message;
    }
    // The next line may be about it. What came before it is shown before it.
    if (floor === undefined) await take([message]);
    else await look();
  }

  async function run(line: string): Promise<void> {
    try {
      const input = readInputLine(line);
      if (input === undefined) return;
      if (input.kind === 'command') await commands[input.name](input.argument);
      else await accepted(all.im.send(address, input.text));
    } catch (error) {
      if (context.signal.aborted) throw error;
      // A line that is wrong is not the end.
      if (!(error instanceof UsageError || error instanceof XmppError)) throw error;
      if (screen.interactive) note(error.message);
      else output.problem(error);
    }
  }

  return {
    interactive: screen.interactive,
    output: { ...output, note },
    async open(conversations) {
      all = conversations;
      prompt();
      const { signal } = context;
      all.im.on('change', onChange, { signal });
      all.im.on(
        'typing',
        ({ conversation, state }) => {
          if (conversation !== address) return;
          if (output.json) void inTurn(() => output.result({ type: 'typing', conversation, state }, ''));
          else setWriting(state === 'composing');
        },
        { signal },
      );
      screen.onTyping((line) => {
        if (online && line !== '' && (!line.startsWith('/') || line.startsWith('/me ')))
          all.im.typing(address).catch(() => undefined);
      });
      // A new store first gets the newest messages, and then what was before them: not in the order in which to show them.
      if ((await all.im.conversations()).length > 0) await inTurn(showNewest);
    },
    follow: () => inTurn(() => (floor === undefined ? showNewest() : look())),
    async read() {
      const reading = (async () => {
        for await (const line of screen.lines) await inTurn(() => run(line));
      })();
      await Promise.race([reading, broken]);
    },
    setOnline(is) {
      online = is;
      prompt();
    },
    async checkDelivered() {
      await queue;
      const messages = await Promise.all([...sent].map((key) => all.im.message(key)));
      const failed = messages.filter((message) => message?.state === 'failed');
      const [one] = failed;
      if (one?.failure !== undefined)
        throw new NotDeliveredError(
          `${failed.length} of ${sent.size} messages did not arrive at ${address}: ${one.failure.condition}`,
          one.failure.condition,
        );
    },
    close() {
      closed = true;
      clearTimeout(writing);
      screen.close();
    },
  };
}
