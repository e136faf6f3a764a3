import { createEmitter, definePlugin, disposable, isStanzaError } from '@xeps/core';
import type { Element, ListenOptions, Plugin, RequestOptions, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { disco, getDiscoInfo, hasIdentity } from '@xeps/xep-0030';
import type { DiscoApi } from '@xeps/xep-0030';
import {
  configureNode,
  createNode,
  nodeEvents,
  NS_PUBLISH_OPTIONS,
  publishItem,
  pubsubConditionOf,
  pubsubEvent,
} from '@xeps/xep-0060';
import type { ItemInput, NodeConfigInput, NodeEvent, NodeType, PubsubEvent } from '@xeps/xep-0060';
import { caps } from '@xeps/xep-0115';
import { delay } from '@xeps/xep-0203';
import { PepError } from './errors.ts';

/** Something that happened at a node of an account. */
export type PepEvent<T> = NodeEvent<T> & PepEventSource;

/** Whose event it is. */
export interface PepEventSource {
  /** The account whose node it is: the bare address that the event came from. */
  readonly from: Jid;
  /** Whether it is this account itself, on any of its devices. */
  readonly own: boolean;
  /** When it happened, if it is told late: what was published before this client was there (§4.3.4). */
  readonly time?: Date;
  readonly stanza: Element;
}

/** What the own account can do (§6.1). */
export interface PepSupport {
  /** Events can be published. */
  readonly available: boolean;
  /** Publications can have options, without which nothing private may be published (XEP-0223 §6). */
  readonly publishOptions: boolean;
  /** Everything that the account says it can do. */
  readonly features: readonly string[];
}

/** How to publish at the own account. */
export interface PepPublishOptions extends Pick<RequestOptions, 'signal' | 'timeout'> {
  /** What the node must be like; the options of the node's type when left out. */
  readonly publishOptions?: NodeConfigInput | undefined;
}

/** Events of the own account and of contacts. */
export interface PepApi {
  /**
   * Asks to be told of what happens at a node of any account, and listens. Events come for the own account and for contacts
   * who let this account see their presence, once this client has sent presence; those that were published before come
   * then too, the last one of each account (§4.3.4).
   *
   * An event is believed from the bare address of an account alone, and says something about that account only.
   */
  watch<Out, In>(
    type: NodeType<Out, In>,
    listener: (event: PepEvent<Out>) => void,
    options?: ListenOptions,
  ): Disposable;
  /**
   * Publishes at the own account (§3); resolves with the item's id, where it is known. Where the node is not as the options
   * say, it is configured to be so, and then published to. So it is where the server takes fewer options than there are:
   * who may read is then a condition of the publication still.
   *
   * Rejects as `publishItem` does, and with {@link PepError} `unsupported` when there are options that the account's server
   * would pass over: what is private would not stay so (XEP-0223 §6).
   */
  publish<Out, In>(
    type: NodeType<Out, In>,
    item: ItemInput<In>,
    options?: PepPublishOptions,
  ): Promise<string | undefined>;
  /** What the own account can do, asked for once a session. Rejects as `getDiscoInfo` does. */
  support(): Promise<PepSupport>;
}

/** Listens for events of accounts (§4), which this client's capabilities ask for, and publishes those of the own (§3). */
export const pep: Plugin<PepApi> = /* @__PURE__ */ definePlugin({
  name: 'pep',
  // §4.2: interest is told in capabilities, which presence has to carry.
  requires: { disco, caps },
  setup: (session, requirements) => setUpPep(session, requirements.disco),
});

function setUpPep(session: Session, discoApi: DiscoApi): PepApi {
  const events = createEmitter<Record<string, PepEventSource & { readonly event: PubsubEvent }>>(session.report);
  let known: Promise<PepSupport> | undefined;
  /** Nodes that were configured because the server does not take all of their options with a publication. */
  const configured = new Set<string>();

  session.on('message', pubsubEvent, (event, stanza) => {
    const node = nodeOf(event);
    const from = senderOf(session, stanza);
    if (node === undefined || from === undefined || !events.has(node)) return;
    // §4.3.1: the service is the sender, so that its delay may go without a name.
    const late = delay.safeFind(stanza);
    const time = late?.ok === true ? late.value.stamp : undefined;
    events.emit(node, { event, from, own: from.equals(session.jid.bare()), ...(time && { time }), stanza });
  });
  session.on('online', () => {
    known = undefined;
    configured.clear();
  });

  function support(): Promise<PepSupport> {
    if (known === undefined) {
      const asked = askSupport(session);
      known = asked;
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    return known;
  }

  return {
    watch(type, listener, { signal } = {}) {
      const feature = discoApi.addFeature(`${type.node}+notify`);
      const listening = events.on(type.node, ({ event, ...source }) => {
        for (const happened of nodeEvents(type, event)) {
          try {
            listener({ ...happened, ...source });
          } catch (error) {
            session.report(error, source.stanza);
          }
        }
      });
      return disposable(() => {
        feature[Symbol.dispose]();
        listening[Symbol.dispose]();
      }, signal);
    },
    async publish(type, item, { publishOptions = type.options ?? {}, ...request } = {}) {
      const options = { ...request, publishOptions };
      const conditional = Object.values(publishOptions).some((value) => value !== undefined);
      if (!conditional) return publishItem(session, type, item, options);
      if (!(await support()).publishOptions)
        throw new PepError(
          'unsupported',
          `nothing was published at ${type.node}: the server of ${String(session.jid.bare())} takes no options, so that the item might be seen by anybody`,
        );
      const fewer = { ...request, publishOptions: essentialOf(publishOptions) };
      try {
        return await publishItem(session, type, item, configured.has(type.node) ? fewer : options);
      } catch (error) {
        if (pubsubConditionOf(error) === 'precondition-not-met') {
          // Some earlier client, or a default of the server, made the node otherwise.
          await configureNode(session, type, publishOptions, request);
        } else if (!configured.has(type.node) && mayBeOptions(error)) {
          await makeNode(session, type.node, publishOptions, request);
          configured.add(type.node);
          // Another device makes the node at this moment: ejabberd does not find it then.
        } else if (!isStanzaError(error, 'item-not-found')) throw error;
        return publishItem(session, type, item, configured.has(type.node) ? fewer : options);
      }
    },
    support,
  };
}

/** The account that an event is of; `undefined` when it comes from what is no account: from a device, or a service. */
function senderOf(session: Session, stanza: Element): Jid | undefined {
  const from = stanza.attrs['from'] as string | undefined;
  const sender = from === undefined ? session.jid.bare() : tryParseJid(from, { lenient: true });
  // §4.3.1: the sender of an event is a bare address; whoever writes from a device has made it up.
  return sender?.isBare === true && sender.local !== undefined ? sender : undefined;
}

function nodeOf({ items, purge, delete: deleted, configuration }: PubsubEvent): string | undefined {
  return (items ?? purge ?? deleted ?? configuration)?.node;
}

/** Whether a publication may have been refused for an option that the server does not know (XEP-0060 §7.1.5). */
function mayBeOptions(error: unknown): boolean {
  // The specification names no condition. `resource-constraint` is what ejabberd 23.01 answers to all options but two.
  return isStanzaError(error, 'bad-request', 'feature-not-implemented', 'not-acceptable', 'resource-constraint');
}

/** The options that every server takes that takes any. */
function essentialOf({ accessModel, persistItems }: NodeConfigInput): NodeConfigInput {
  return { accessModel, persistItems };
}

async function makeNode(
  session: Session,
  node: string,
  config: NodeConfigInput,
  request: RequestOptions,
): Promise<void> {
  try {
    await createNode(session, node, { ...request, config });
  } catch (error) {
    if (!isStanzaError(error, 'conflict')) throw error;
    await configureNode(session, node, config, request);
  }
}

async function askSupport(session: Session): Promise<PepSupport> {
  try {
    const info = await getDiscoInfo(session, { to: session.jid.bare() });
    return {
      available: hasIdentity(info, 'pubsub', 'pep'),
      publishOptions: info.features.includes(NS_PUBLISH_OPTIONS),
      features: info.features,
    };
  } catch (error) {
    if (!isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) throw error;
    return { available: false, publishOptions: false, features: [] };
  }
}
