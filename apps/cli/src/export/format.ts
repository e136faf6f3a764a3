/** What a format of `xeps export` does with the messages that it is given. */
import type { Message } from '@xeps/im';

/** A message with what a format may show of it beside what it says. */
export interface ExportedMessage {
  readonly message: Message;
  /** The message that it answers, where that is stored. */
  readonly answered: Message | undefined;
}

/** Who and what the export is of. */
export interface ExportContext {
  /** The account. */
  readonly own: string;
  nameOf(address: string): string;
  /** A colour for a name that can be read on this background (`#rrggbb`). */
  colorOf(address: string, background: string): string;
  /** IANA name: in which days begin and times are shown. */
  readonly timeZone: string;
}

/** A format: text for the beginning, for each conversation and message, and for the end. Nothing is kept in between. */
export interface Format {
  begin(conversations: readonly string[]): string;
  /** The messages that follow are of that conversation. */
  conversation(address: string): string;
  message(exported: ExportedMessage): string;
  end(): string;
}
