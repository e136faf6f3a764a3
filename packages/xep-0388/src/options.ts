import type { Element } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import type {
  InlineFeature,
  InlineOffer,
  SaslChoice,
  SaslError,
  SaslGuard,
  SaslMechanism,
  SaslOffer,
  SaslOptions,
  StreamContext,
} from '@xeps/stream';
import type { Authentication, UserAgent } from './elements.ts';

/** How to sign in, and what to have done in the same step. */
export interface Sasl2Options extends SaslOptions, Omit<Sasl2Parts, 'select' | 'guards'> {}

/** As {@link Sasl2Options}, for whoever loads what signs in without a token only when it is needed. */
export interface Sasl2Parts {
  /** Chooses the mechanism when no token signs in, as `selectMechanism` does. @throws SaslError */
  select(offer: SaslOffer, stream: StreamContext): Promise<SaslChoice>;
  /** Told of success, and asked for only then. What they say of offers and choices is for `select`. */
  readonly guards?: readonly SaslGuard[] | undefined;
  readonly userAgent: UserAgent;
  /** Who the server must say has signed in; anybody of the domain when left out. */
  readonly account?: Jid | undefined;
  /** Asked in this order, and told the answers in this order: resumption before binding. */
  readonly inline?: readonly InlineFeature[] | undefined;
  /** A token of an earlier sign-in (XEP-0484), tried before anything else. */
  readonly token?: Sasl2Token | undefined;
  /** What this side can do when the server wants more than a mechanism, §2.6.3. */
  readonly tasks?: readonly Sasl2Task[] | undefined;
  /** Sends a token at once to servers that are known from before. */
  readonly pipelining?: Sasl2Pipelining | undefined;
}

/**
 * What may sign in without a mechanism of the offer's list: a token that the server gave out. Also asks for new ones.
 * It is told the answer when it asked for a token, and when it was used: the server may have replaced it.
 */
export interface Sasl2Token extends InlineFeature {
  /** The mechanism, and the element that says that a token is used; undefined when there is none for this stream. */
  attempt(
    offer: InlineOffer,
    stream: StreamContext,
  ): Promise<{ readonly mechanism: SaslMechanism; readonly element: Element } | undefined>;
  /** The server did not take it. */
  refused(error: SaslError): void | Promise<void>;
}

/** A task that a server may set after a mechanism has succeeded, §2.6.3. */
export interface Sasl2Task {
  /** What to say in the request to sign in, such as a wish for the task (XEP-0480 §2.2). */
  request?(
    authentication: Authentication,
    mechanism: SaslMechanism,
    stream: StreamContext,
  ): readonly Element[] | Promise<readonly Element[]>;
  /** Whether it can do the task of this name. */
  can(name: string): boolean;
  /** Does it. @throws SaslError */
  perform(name: string, exchange: TaskExchange): Promise<void>;
}

/** What a task may say and hear. The end of the task is not part of it. */
export interface TaskExchange {
  /** Begins: `<next/>` with what the task's specification puts into it. To be called first. */
  next(...children: Element[]): void;
  /** Sends `<task-data/>`. */
  send(...children: Element[]): void;
  /** The server's `<task-data/>`. @throws SaslError when it says that the task has failed */
  receive(): Promise<Element>;
}

/** What is known of a server before it says anything. */
export interface Sasl2Pipelining {
  /** The features that a stream like this one had; undefined when nothing is to be sent before they come. */
  remembered(stream: StreamContext): Element | undefined;
  /** Signing in has worked with these features. */
  remember(features: Element, stream: StreamContext): void;
  /** What was remembered did harm. */
  forget(): void;
  /** Ties the request to the features that it is based on (XEP-0509 §2.2). */
  request(features: Element): Element | undefined;
  /** Whether the server refused only because its features are others now (XEP-0509 §2.2). */
  mismatch(failure: Element): boolean;
}
