import { createEmitter, definePlugin, disposable, StanzaError, XmppError } from '@xeps/core';
import type { ListenOptions, Plugin, RequestContext, Session } from '@xeps/core';
import { tryParseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { DataForm } from '@xeps/xep-0004';
import { formType } from '@xeps/xep-0068';
import { discoInfoQuery, discoItemsQuery, NS_DISCO_INFO, NS_DISCO_ITEMS } from './schema.ts';
import type {
  DiscoIdentity,
  DiscoIdentityInput,
  DiscoInfo,
  DiscoInfoInput,
  DiscoItemInput,
  DiscoItemsInput,
} from './schema.ts';

/** A question that came in. */
export interface DiscoQuestion {
  /** Who asks; `undefined` when it is the own server. */
  readonly from: Jid | undefined;
  /** The address that is asked: the own one, or one of a component's others. */
  readonly to: Jid;
  readonly node: string | undefined;
  readonly stanza: RequestContext['stanza'];
}

/** An answer, or how to find it. `undefined` passes the question on. */
export type DiscoAnswer<T> = T | ((question: DiscoQuestion) => T | undefined | Promise<T | undefined>);

/** What is told of a node or an address. What is left out is empty: an existing entity without items has none (§7). */
export interface DiscoEntity {
  readonly info?: DiscoAnswer<DiscoInfoInput>;
  readonly items?: DiscoAnswer<readonly DiscoItemInput[]>;
}

/** What this entity tells of itself. */
export interface DiscoApi {
  /** Advertises a feature until disposed of; one that several ask for stays until the last is gone. */
  addFeature(feature: string): Disposable;
  /**
   * Advertises an identity. Until there is one, the entity is `client/pc`, a component `component/generic` (§3.1: there
   * must be one). Throws `XmppError` for one that differs from another by its name only (§3.1).
   */
  addIdentity(identity: DiscoIdentityInput): Disposable;
  /** Advertises a form of type `result` (XEP-0128). Throws `XmppError` when there is one of that FORM_TYPE already. */
  addForm(form: DataForm): Disposable;
  /** Lists items. */
  addItems(items: readonly DiscoItemInput[]): Disposable;
  /** Answers for a node of the own address (§3.2, §4.2). Throws `XmppError` when somebody does already. */
  addNode(node: string, entity: DiscoEntity): Disposable;
  /**
   * Answers for what is found out when asked: nodes that nobody added, and the other addresses of a component. Of several,
   * the first that gives an answer.
   */
  addResolver(resolve: (question: DiscoQuestion) => DiscoEntity | undefined): Disposable;
  /** What is told of the own address now. */
  info(): DiscoInfo;
  /** Tells when {@link info} has changed. */
  onChange(listener: () => void, options?: ListenOptions): Disposable;
}

/** Answers service discovery (§3, §4). What a plugin handles it advertises here. */
export const disco: Plugin<DiscoApi> = /* @__PURE__ */ definePlugin({ name: 'disco', setup: setUpDisco });

function setUpDisco(session: Session): DiscoApi {
  const features = new Map<string, number>();
  const identities = new Set<DiscoIdentity>();
  const forms = new Set<DataForm>();
  const items = new Set<readonly DiscoItemInput[]>();
  const nodes = new Map<string, DiscoEntity>();
  const resolvers = new Set<(question: DiscoQuestion) => DiscoEntity | undefined>();
  const changes = createEmitter<{ change: undefined }>(session.report);
  const changed = (): void => changes.emit('change', undefined);

  const isComponent = (): boolean => session.jid.local === undefined;

  function addTo<T>(set: Set<T>, value: T, after: () => void = changed): Disposable {
    set.add(value);
    after();
    return disposable(() => set.delete(value) && after());
  }

  function info(): DiscoInfo {
    const own = [...identities].filter(
      (identity, at, all) => all.findIndex((other) => sameKind(identity, other)) === at,
    );
    const fallback = isComponent() ? { category: 'component', type: 'generic' } : { category: 'client', type: 'pc' };
    return { identities: own.length > 0 ? own : [fallback], features: [...features.keys()], forms: [...forms] };
  }

  const self: DiscoEntity = { info, items: () => [...items].flat() };

  /** Who answers: the entity itself, a node of it, or what a resolver knows. */
  function* candidates(question: DiscoQuestion): Generator<DiscoEntity> {
    // What reaches a client is for it, whatever it calls itself; a component has addresses below its own.
    if (!isComponent() || question.to.equals(session.jid)) {
      const entity = question.node === undefined ? self : nodes.get(question.node);
      if (entity !== undefined) yield entity;
    }
    for (const resolve of resolvers) {
      const entity = resolve(question);
      if (entity !== undefined) yield entity;
    }
  }

  async function answer<T>(question: DiscoQuestion, pick: (entity: DiscoEntity) => DiscoAnswer<T>): Promise<T> {
    for (const entity of candidates(question)) {
      const known = pick(entity);
      const value =
        typeof known === 'function' ? await (known as (question: DiscoQuestion) => T | undefined)(question) : known;
      if (value !== undefined) return value;
    }
    throw new StanzaError('item-not-found');
  }

  const ask = (node: string | undefined, { from, stanza }: RequestContext): DiscoQuestion => ({
    from,
    to: tryParseJid(String(stanza.attrs['to'] ?? ''), { lenient: true }) ?? session.jid,
    node,
    stanza,
  });
  // §3.2: the node of the question is repeated in the answer.
  const mirror = (node: string | undefined): { node?: string } => (node === undefined ? {} : { node });

  session.handle(discoInfoQuery, async ({ node }, context) => {
    const found = await answer<DiscoInfoInput>(ask(node, context), ({ info: known = {} }) => known);
    return { identities: found.identities, features: found.features, forms: found.forms, ...mirror(node) };
  });
  session.handle(discoItemsQuery, async ({ node }, context): Promise<DiscoItemsInput> => {
    const found = await answer<readonly DiscoItemInput[]>(ask(node, context), ({ items: known = [] }) => known);
    return { items: found, ...mirror(node) };
  });

  const api: DiscoApi = {
    addFeature(feature) {
      const count = features.get(feature) ?? 0;
      features.set(feature, count + 1);
      if (count === 0) changed();
      let live = true;
      return disposable(() => {
        if (!live) return;
        live = false;
        const left = (features.get(feature) ?? 1) - 1;
        if (left > 0) return void features.set(feature, left);
        features.delete(feature);
        changed();
      });
    },
    addIdentity({ category, type, name, lang }) {
      const identity: DiscoIdentity = {
        category,
        type,
        ...(name !== undefined && { name }),
        ...(lang !== undefined && { lang }),
      };
      const other = [...identities].find((known) => sameKind(known, identity) && known.name !== name);
      if (other !== undefined) {
        throw new XmppError(
          'ERR_XMPP_DISCO',
          `there is an identity ${category}/${type} named “${other.name ?? ''}” already; dispose of it first`,
        );
      }
      return addTo(identities, identity);
    },
    addForm(form) {
      const type = formType(form);
      if (type !== undefined && [...forms].some((known) => formType(known) === type)) {
        throw new XmppError('ERR_XMPP_DISCO', `there is a form of FORM_TYPE ${type} already; dispose of it first`);
      }
      return addTo(forms, form);
    },
    addItems: (list) => addTo(items, [...list], () => undefined),
    addNode(node, entity) {
      if (nodes.has(node))
        throw new XmppError('ERR_XMPP_DISCO', `node “${node}” is answered for already; dispose of that first`);
      nodes.set(node, entity);
      return disposable(() => nodes.get(node) === entity && nodes.delete(node));
    },
    addResolver: (resolve) => addTo(resolvers, resolve, () => undefined),
    info,
    onChange: (listener, options) => changes.on('change', listener, options),
  };
  api.addFeature(NS_DISCO_INFO);
  api.addFeature(NS_DISCO_ITEMS);
  return api;
}

/** Whether two identities may differ in nothing but their names (§3.1). */
function sameKind(a: DiscoIdentity, b: DiscoIdentity): boolean {
  return a.category === b.category && a.type === b.type && (a.lang ?? '') === (b.lang ?? '');
}
