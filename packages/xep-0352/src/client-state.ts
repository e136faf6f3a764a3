import type { Element } from '@xeps/core';
import { createElement, NS_STREAM } from '@xeps/stream';
import type { InlineFeature, StreamContext, StreamModule } from '@xeps/stream';
import { NS_CSI } from './schema.ts';

/** Whether somebody uses the client, told to the server; it outlives the streams that its module is part of. */
export interface ClientState {
  /** Somebody uses the client, as far as it was told; true at first. */
  readonly active: boolean;
  /** Says whether somebody uses the client. The server learns of a change at once, or with the next stream. */
  set(active: boolean): void;
  /** For the modules of a stream. */
  readonly module: StreamModule;
  /** For the features that are enabled while binding (XEP-0386 §3.2). */
  readonly inline: InlineFeature;
}

/** Makes the state of a client that is active. */
/* @__NO_SIDE_EFFECTS__ */
export function createClientState(): ClientState {
  let active = true;
  /** The server has said that it wants to know. After a resumption it may say nothing at all. */
  let wanted = false;
  // Of the present stream only: there when the server wants to know, and what it takes the client for.
  let stream: StreamContext | undefined;
  let known = true;

  const state = (): Element => createElement(active ? 'active' : 'inactive', NS_CSI);
  const tell = (): void => {
    if (stream?.jid === undefined || known === active) return;
    known = active;
    stream.send(state());
  };
  const look = (features: Element, context: StreamContext): void => {
    if (!context.authenticated || features.getChild('csi', NS_CSI) === undefined) return;
    wanted = true;
    begin(context);
  };
  const begin = (context: StreamContext): void => {
    // §4.2, §5.2: every stream begins active, also one that goes on with a session. Features may come several times.
    if (stream !== context) known = true;
    stream = context;
    tell();
  };

  return {
    get active() {
      return active;
    },
    set(next) {
      active = next;
      tell();
    },
    module: {
      name: 'client-state',
      negotiate(features, context) {
        look(features, context);
        return 'skip';
      },
      online(context) {
        if (wanted) begin(context);
      },
      element(element, context) {
        // After XEP-0388 the features come when the stream is online already.
        if (element.name === 'features' && element.getNS() === NS_STREAM) look(element, context);
        return false;
      },
      ended() {
        stream = undefined;
      },
    },
    inline: {
      name: 'client-state',
      request: (offer) => (active || offer.get(NS_CSI) === undefined ? undefined : state()),
      answered(_bound, context) {
        stream = context;
        known = false;
        // It may have changed since.
        tell();
      },
    },
  };
}
