import { childElements, namespaceOf } from '@xeps/core';
import type { Element } from '@xeps/core';
import { csiFeature, csiState, NS_CSI } from '@xeps/xep-0352';
import { serverModule } from '../host/module.ts';
import type { ServerModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';

/** Stanzas that wait for somebody to look; then they are brought. */
const maxHeld = 500;

/** What a session holds back. */
interface State {
  active: boolean;
  readonly held: Element[];
  flush(): void;
}

/** For binding in the same step (XEP-0386 §3.1). */
export interface ClientStateApi {
  setActive(session: ClientSession, active: boolean): void;
}

/** Whether somebody looks at the device (XEP-0352): while nobody does, presence and typing wait. */
export const clientState: ServerModule<ClientStateApi> = serverModule({
  name: 'client-state',
  setup(host): ClientStateApi {
    const states = new WeakMap<ClientSession, State>();

    const stateOf = (session: ClientSession): State => {
      let state = states.get(session);
      if (state !== undefined) return state;
      let pass: (stanza: Element) => void = () => {};
      state = {
        active: true,
        held: [],
        flush() {
          for (const stanza of this.held.splice(0)) pass(stanza);
        },
      };
      const made = state;
      session.addOutlet({
        write(stanza, next) {
          pass = next;
          if (!made.active && isUnimportant(stanza)) {
            hold(made.held, stanza);
            if (made.held.length > maxHeld) made.flush();
            return;
          }
          // In the order in which they came: what waited goes first.
          if (made.held.length > 0) made.flush();
          next(stanza);
        },
      });
      states.set(session, state);
      return state;
    };
    const setActive = (session: ClientSession, active: boolean): void => {
      const state = stateOf(session);
      state.active = active;
      if (active) state.flush();
    };

    host.streamParts.push({
      features: ({ account }) => (account === undefined ? [] : [csiFeature.encode({})]),
      element({ session }, element) {
        if (element.getNS() !== NS_CSI || session === undefined || !csiState.is(element)) return false;
        setActive(session, csiState.decode(element) === 'active');
        return true;
      },
    });
    return { setActive };
  },
});

/** Presence: of each sender only the newest is worth anything. */
function hold(held: Element[], stanza: Element): void {
  if (stanza.name === 'presence') {
    const before = held.findIndex(({ name, attrs }) => name === 'presence' && attrs['from'] === stanza.attrs['from']);
    if (before >= 0) held.splice(before, 1);
  }
  held.push(stanza);
}

/** §5: what means nothing to somebody who does not look. */
function isUnimportant(stanza: Element): boolean {
  const type = stanza.attrs['type'] as string | undefined;
  if (stanza.name === 'presence') {
    // Who enters or leaves a room, and why, is more than availability; so are requests.
    return (
      (type === undefined || type === 'unavailable') &&
      stanza.getChild('x', 'http://jabber.org/protocol/muc#user') === undefined
    );
  }
  if (stanza.name !== 'message' || type === 'error') return false;
  const payloads = childElements(stanza);
  return (
    payloads.length > 0 &&
    payloads.every(
      (child) =>
        child.name === 'thread' ||
        namespaceOf(child) === 'http://jabber.org/protocol/chatstates' ||
        namespaceOf(child) === 'urn:xmpp:hints',
    )
  );
}
