import { definePlugin, isStanzaError } from '@xeps/core';
import type { Plugin, RequestOptions, Session } from '@xeps/core';
import { jid as toJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import { getDiscoInfo } from '@xeps/xep-0030';
import { ArchiveError } from './errors.ts';
import { NS_MAM, NS_MAM_EXTENDED, NS_MAM_GROUPCHAT_AVAILABLE, NS_MAM_GROUPCHAT_FIELD } from './schema.ts';

/** What an archive can do (§7). */
export interface ArchiveSupport {
  /** There is one. */
  readonly available: boolean;
  /** It knows `beforeId`, `afterId`, `ids`, `flipPage` and metadata. */
  readonly extended: boolean;
  /** It knows `includeGroupchat`. */
  readonly groupchatField: boolean;
  /** It holds messages of rooms. */
  readonly groupchatAvailable: boolean;
}

/** The archive that a request is for: that of `to`, or the own account's. */
export function archiveOf(session: Session, { to }: Pick<RequestOptions, 'to'>): Jid {
  return to === undefined ? session.jid.bare() : toJid(to);
}

/** Asks what an archive can do (§7): that of `to`, or the own account's. Rejects as `getDiscoInfo` does. */
export async function getArchiveSupport(session: Session, options: RequestOptions = {}): Promise<ArchiveSupport> {
  let features: readonly string[] = [];
  try {
    features = (await getDiscoInfo(session, { ...options, to: archiveOf(session, options) })).features;
  } catch (error) {
    if (!isStanzaError(error, 'service-unavailable', 'feature-not-implemented')) throw error;
  }
  return {
    available: features.includes(NS_MAM),
    extended: features.includes(NS_MAM_EXTENDED),
    groupchatField: features.includes(NS_MAM_GROUPCHAT_FIELD),
    groupchatAvailable: features.includes(NS_MAM_GROUPCHAT_AVAILABLE),
  };
}

/** What archives said of themselves in this session. */
const knownSupport: Plugin<Map<string, Promise<ArchiveSupport>>> = /* @__PURE__ */ definePlugin({
  name: 'archive-support',
  setup(session) {
    const known = new Map<string, Promise<ArchiveSupport>>();
    session.on('online', () => known.clear());
    return known;
  },
});

/** {@link getArchiveSupport}, asked once a session and archive. */
export function supportOf(session: Session, options: RequestOptions): Promise<ArchiveSupport> {
  const known = session.use(knownSupport);
  const archive = archiveOf(session, options).toString();
  let support = known.get(archive);
  if (support === undefined) {
    support = getArchiveSupport(session, options);
    known.set(archive, support);
    support.catch(() => known.delete(archive));
  }
  return support;
}

/**
 * Makes sure that an archive knows what a query needs, as a client must before it asks (§4.1, §4.1.4, §4.3.4).
 * Rejects with {@link ArchiveError} `unsupported`.
 */
export async function requireSupport(
  session: Session,
  need: 'extended' | 'groupchatField',
  purpose: string,
  options: RequestOptions,
): Promise<void> {
  if ((await supportOf(session, options))[need]) return;
  const feature = need === 'extended' ? NS_MAM_EXTENDED : NS_MAM_GROUPCHAT_FIELD;
  const archive = String(archiveOf(session, options));
  throw new ArchiveError(
    'unsupported',
    `${purpose} needs ${feature}, which the archive of ${archive} does not have; ask without it`,
  );
}
