import type { Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { sendMessage } from '@xeps/rfc-6121';
import type { SentMessage } from '@xeps/rfc-6121';
import { attentionRequest } from './schema.ts';

/** What goes with a request for attention. */
export interface AttentionOptions {
  /** What to say (§3). */
  readonly body?: string | undefined;
  readonly thread?: string | undefined;
}

/**
 * Asks for somebody's attention, in a headline, so that it is not kept for later (§4). Whether the device supports it
 * should be known before (§4, §5): it has the feature `NS_ATTENTION`. Nobody answers (§6). Rejects as `sendMessage` does.
 *
 * @example
 * ```ts
 * import type { Session } from '@xeps/core';
 * import { getDiscoInfo, hasFeature } from '@xeps/xep-0030';
 * import { NS_ATTENTION, requestAttention } from '@xeps/xep-0224';
 *
 * export async function nudge(session: Session, device: string): Promise<void> {
 *   if (hasFeature(await getDiscoInfo(session, { to: device }), NS_ATTENTION))
 *     await requestAttention(session, device, { body: 'Why don’t you answer, Herbie?' });
 * }
 * ```
 */
export function requestAttention(
  session: Session,
  to: Jid | string,
  options: AttentionOptions = {},
): Promise<SentMessage> {
  return sendMessage(session, { ...options, to, type: 'headline', payloads: [attentionRequest.encode({})] });
}
