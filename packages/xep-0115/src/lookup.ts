import { isStanzaError } from '@xeps/core';
import type { Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { discoInfo, discoInfoQuery } from '@xeps/xep-0030';
import type { DiscoInfo } from '@xeps/xep-0030';
import { createBoundedCache } from './bounded-cache.ts';
import { CapsError } from './errors.ts';
import type { Capabilities } from './schema.ts';
import type { CapsStore } from './store.ts';
import { isSupportedHash, verifyInfo } from './verification.ts';

/** Milliseconds that somebody who announced capabilities has to tell them; others may be waiting for the same answer. */
const ANSWER_WITHIN = 15_000;
/** How many others of the same `ver` one waits for before asking by oneself, so that liars can't keep it waiting for ever. */
const ROUNDS = 3;
/** Characters of information that is kept in memory, for everybody and for single entities. */
const CAPACITY = 4_000_000;

/** Finds out what `<c/>` stands for. */
export interface Lookup {
  /** `caps`: what the entity announced, if it did. */
  find(entity: Jid, caps: Capabilities | undefined): Promise<DiscoInfo>;
  /** Forgets what holds for an entity alone. */
  forget(entity: string): void;
  /** A new session: forgets what holds for entities alone. */
  reset(): void;
}

/** Makes a {@link Lookup}; `store` says where to keep what is verified at the moment. */
export function createLookup(session: Session, store: () => CapsStore | undefined): Lookup {
  const shared = createBoundedCache<DiscoInfo>(CAPACITY);
  const single = createBoundedCache<{ readonly caps: Capabilities; readonly info: DiscoInfo }>(CAPACITY);
  // By hash and ver; resolves with nothing when the answer did not prove to be true for others too.
  const asking = new Map<string, Promise<DiscoInfo | undefined>>();
  // By entity, for those whose answer holds for themselves alone.
  const askingOne = new Map<string, Promise<DiscoInfo>>();

  async function ask(entity: Jid, caps: Capabilities | undefined): Promise<DiscoInfo> {
    const options = { to: entity, ...(caps !== undefined && { timeout: ANSWER_WITHIN }) };
    // §12: legacy capabilities are ignored; the entity is asked as one without.
    if (caps?.hash === undefined) return session.request(discoInfoQuery, {}, options);
    try {
      return await session.request(discoInfoQuery, { node: `${caps.node}#${caps.ver}` }, options);
    } catch (error) {
      // Its capabilities have changed meanwhile, and it has forgotten the old ones.
      if (!isStanzaError(error, 'item-not-found')) throw error;
      return session.request(discoInfoQuery, {}, options);
    }
  }

  function keepForOne(entity: Jid, caps: Capabilities, info: DiscoInfo): void {
    single.set(String(entity), { caps, info }, weight(info));
  }

  function askOne(entity: Jid, caps: Capabilities | undefined): Promise<DiscoInfo> {
    const key = `${entity.toString()} ${caps?.ver ?? ''}`;
    const running = askingOne.get(key);
    if (running !== undefined) return running;
    const answer = ask(entity, caps)
      .then((info) => {
        // Without an announcement nothing would tell when it changes.
        if (caps !== undefined) keepForOne(entity, caps, info);
        return info;
      })
      .finally(() => askingOne.delete(key));
    askingOne.set(key, answer);
    return answer;
  }

  /** Asks an entity on behalf of all of the same `ver` (§5.4). */
  async function askForAll(
    entity: Jid,
    caps: Capabilities,
    key: string,
  ): Promise<{ readonly info: DiscoInfo; readonly holds: boolean }> {
    const info = await ask(entity, caps);
    try {
      const verified = await verifyInfo(info, caps);
      keep(key, verified);
      void guard(session, () => store()?.set(key, verified)); // Nobody has to wait for that.
      return { info: verified, holds: true };
    } catch (error) {
      if (!(error instanceof CapsError)) throw error;
      keepForOne(entity, caps, info);
      return { info, holds: false };
    }
  }

  function keep(key: string, info: DiscoInfo): void {
    shared.set(key, info, weight(info));
  }

  async function kept(key: string, caps: Capabilities): Promise<DiscoInfo | undefined> {
    const known = shared.get(key);
    if (known !== undefined) return known;
    const stored = await guard(session, () => store()?.get(key));
    if (stored === undefined) return undefined;
    const verified = await guard(session, () => verifyInfo(stored, caps));
    if (verified !== undefined) keep(key, verified);
    return verified;
  }

  return {
    async find(entity, caps) {
      const hash = caps?.hash;
      const ofOne = (): DiscoInfo | undefined => {
        const entry = single.get(String(entity));
        return entry !== undefined && entry.caps === caps ? entry.info : undefined;
      };
      const own = ofOne();
      if (own !== undefined) return own;
      if (caps === undefined || hash === undefined || !isSupportedHash(hash)) return askOne(entity, caps);
      const key = `${hash} ${caps.ver}`;
      for (let round = 0; round < ROUNDS; round++) {
        const known = (await kept(key, caps)) ?? ofOne();
        if (known !== undefined) return known;
        const running = asking.get(key);
        if (running === undefined) {
          const answer = askForAll(entity, caps, key);
          const forOthers = answer.then(({ info, holds }) => (holds ? info : undefined)).catch(() => undefined);
          asking.set(key, forOthers);
          return answer.then(({ info }) => info).finally(() => asking.delete(key));
        }
        const info = await running;
        if (info !== undefined) return info;
      }
      return askOne(entity, caps);
    },
    forget: (entity) => single.delete(entity),
    reset: () => single.clear(),
  };
}

/** In characters, as it came. */
function weight(info: DiscoInfo): number {
  return discoInfo.stringify(info).length;
}

/** A store that fails is as good as none; what it lost is asked for again. */
async function guard<T>(session: Session, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    session.report(error);
    return undefined;
  }
}
