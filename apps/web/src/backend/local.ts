/** An account in this tab. */
import type { Conversation } from '@xeps/im';
import {
  approveSubscription,
  cancelSubscription,
  removeRosterItem,
  requestSubscription,
  setRosterItem,
} from '@xeps/rfc-6121';
import { deleteIndexedDbStore, indexedDbStore } from '@xeps/store-indexeddb';
import { getDiscoInfo } from '@xeps/xep-0030';
import { changePassword } from '@xeps/xep-0077';
import { getSoftwareVersion } from '@xeps/xep-0092';
import { getNick, publishNick } from '@xeps/xep-0172';
import { httpUpload, requestSlot } from '@xeps/xep-0363';
import { listClients, revokeClient } from '@xeps/xep-0494';
import { createEmitter } from './emitter.ts';
import { toFault } from './fault.ts';
import { loadSettings, saveProfile } from './profile.ts';
import type { Profile } from './profile.ts';
import { createRunning, software } from './running.ts';
import type { Running } from './running.ts';
import type { Account, AccountApi, AccountEvents, AccountState, Availability, ConversationView } from './types.ts';

/** How an account begins here. */
export interface LocalOptions {
  readonly profile: Profile;
  readonly password?: string | undefined;
  readonly register?: boolean | undefined;
}

/** An account in this tab, which can be closed. */
export interface LocalAccount extends Account {
  readonly state: AccountState;
  /** Connects. Rejects when the first attempt fails, unless `retry`. */
  start(retry: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds for which somebody counts as writing who does not say that he has stopped. */
const typingTime = 30_000;

/** Opens an account; nothing is connected yet, but what is stored can be read. */
export function createLocalAccount({ profile, password, register }: LocalOptions): LocalAccount {
  const { address } = profile;
  const events = createEmitter<AccountEvents>();
  const store = indexedDbStore(address);
  /** What each tab shows to a person: a conversation, or only itself. */
  const looking = new Map<string, string | undefined>();
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let state: AccountState = {
    address,
    connection: { status: 'connecting' },
    sync: { state: 'idle', messages: 0 },
    contacts: [],
    contactsLoaded: false,
    requests: [],
    presence: {},
    typing: {},
    upload: undefined,
    nickname: '',
  };

  const tell = (part: Partial<AccountState>): void => {
    state = { ...state, ...part };
    events.emit('state', part);
  };

  function setTyping(conversation: string, on: boolean): void {
    clearTimeout(timers.get(conversation));
    timers.delete(conversation);
    if (on)
      timers.set(
        conversation,
        setTimeout(() => setTyping(conversation, false), typingTime),
      );
    const { [conversation]: was, ...others } = state.typing;
    if ((was === true) !== on) tell({ typing: on ? { ...others, [conversation]: true } : others });
  }

  function run(secret: string | undefined, registering: boolean | undefined): Running {
    const made = createRunning({ profile, store, password: secret, register: registering, tell });
    made.im.on('change', (change) => {
      // Who has said something does not write any more.
      if (change.added.length > 0 && change.conversations !== 'all')
        for (const conversation of change.conversations) setTyping(conversation, false);
      events.emit('change', change);
    });
    made.im.on('typing', ({ conversation, state: doing }) => setTyping(conversation, doing === 'composing'));
    made.im.on('notify', ({ messages }) => {
      const unseen = messages.filter(({ conversation }) => !Array.from(looking.values()).includes(conversation));
      if (unseen.length === 0) return;
      events.emit('notify', {
        messages: unseen.map(({ conversation, text, attachments, time }) => ({
          conversation,
          name: made.im.displayName(conversation, 'contact-list'),
          text,
          attachments,
          time: time.getTime(),
        })),
      });
    });
    made.client.on('online', () => {
      getNick(made.client, address)
        .then((nickname) => tell({ nickname: nickname ?? '' }))
        .catch(() => {});
    });
    return made;
  }
  let running = run(password, register);

  const view = (conversation: Conversation): ConversationView => ({
    ...conversation,
    name: running.im.displayName(conversation.address, 'contact-list'),
  });

  const api: AccountApi = {
    conversations: async () => (await running.im.conversations()).map(view),
    conversation: async (other) => view(await running.im.conversation(other)),
    messages: (other, options) => running.im.messages(other, options),
    loadOlder: (other) => running.im.loadOlder(other),
    message: (key) => running.im.message(key),
    messageSince: (other, time) => running.im.messageSince(other, time),
    find: (other, id) => running.im.find(other, id),
    search: (text, options) => running.im.search(text, options),
    send: (other, message) => running.im.send(other, message),
    correct: (key, message) => running.im.correct(key, message),
    retract: (key) => running.im.retract(key),
    react: (key, emojis) => running.im.react(key, emojis),
    retry: (key) => running.im.retry(key),
    cancel: (key) => running.im.cancel(key),
    markRead: (other, key) => running.im.markRead(other, key),
    async typing(other) {
      if (loadSettings().typing && running.isTrusted(other)) await running.im.typing(other);
    },
    setDraft: (other, text) => running.im.setDraft(other, text),
    setPinned: (other, pinned) => running.im.setPinned(other, pinned),

    async addContact(other, name) {
      const { client } = running;
      await setRosterItem(client, { jid: other, ...(name !== undefined && name !== '' && { name }) });
      // §3.4: who asks lets the other see this account too.
      await approveSubscription(client, other);
      await requestSubscription(client, other);
    },
    async renameContact(other, name) {
      const groups = running.roster.get(other)?.groups ?? [];
      await setRosterItem(running.client, { jid: other, name, groups });
    },
    removeContact: (other) => removeRosterItem(running.client, other),
    async approve(other) {
      await running.subscriptions.approve(other);
      const item = running.roster.get(other);
      if (item?.subscription !== 'to' && item?.subscription !== 'both')
        await requestSubscription(running.client, other);
    },
    async deny(other) {
      await running.subscriptions.deny(other);
      await cancelSubscription(running.client, other);
    },

    async slot({ name, size, type }) {
      const { client } = running;
      const service = await client.use(httpUpload).service();
      const { putUrl, headers, getUrl } = await requestSlot(client, service.jid, {
        filename: name,
        size,
        ...(type !== '' && { contentType: type }),
      });
      return { put: putUrl, headers, get: getUrl };
    },
    async setNickname(nickname) {
      await publishNick(running.client, nickname);
      tell({ nickname });
    },
    async setPresence(show) {
      running.presence.announce(
        show === 'available' ? {} : { show: show as Exclude<Availability['show'], 'available'> },
      );
    },
    async devices() {
      const { client } = running;
      const all = await listClients(client);
      // The list does not say which of them is this one: it is known where one alone can be it.
      const own = all.filter(({ connected, userAgent }) => connected && userAgent?.software === software);
      return all.map(({ id, userAgent, connected, firstSeen, lastSeen, auth }) => ({
        id,
        ...(userAgent?.software !== undefined && { software: userAgent.software }),
        ...(userAgent?.device !== undefined && { device: userAgent.device }),
        connected,
        ...(firstSeen !== undefined && { firstSeen }),
        ...(lastSeen !== undefined && { lastSeen }),
        byPassword: auth.password,
        current: own.length === 1 && own[0]!.id === id,
      }));
    },
    revoke: (id) => revokeClient(running.client, id),
    changePassword: (secret) => changePassword(running.client, secret),
    async serverInfo() {
      const { client } = running;
      const { domain } = client.jid;
      const [info, version] = await Promise.all([
        getDiscoInfo(client, { to: domain }),
        getSoftwareVersion(client, { to: domain }).catch(() => undefined),
      ]);
      return {
        domain,
        features: [...info.features].sort(),
        ...(version !== undefined && { software: `${version.name} ${version.version ?? ''}`.trim() }),
      };
    },
    async reconnect(secret) {
      const { connection } = running.client;
      if (connection.status === 'online' || (connection.status === 'connecting' && secret === undefined)) return;
      await running.close();
      running = run(secret, false);
      tell({ connection: { status: 'connecting' } });
      await account.start(secret === undefined);
    },
    async looksAt(tab, visible, conversation) {
      if (visible) looking.set(tab, conversation);
      else looking.delete(tab);
      running.client.setActive(looking.size > 0);
    },
    async signOut() {
      saveProfile(undefined);
      // Whether or not the server can be told: here nothing is to stay.
      await running.im.close();
      await running.client.signOut().catch((error: unknown) => console.warn(error));
      await store.close();
      for (const key of Object.keys(localStorage)) if (key.includes(address)) localStorage.removeItem(key);
      await deleteIndexedDbStore(address);
      events.emit('gone', { address });
    },
  };

  const account: LocalAccount = {
    api,
    get state() {
      return state;
    },
    on: events.on,
    async start(retry) {
      try {
        await running.start(retry);
      } catch (error) {
        tell({ connection: { status: 'ended', fault: toFault(error) } });
        throw error;
      }
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer);
      await running.close();
      await store.close();
    },
  };
  return account;
}
