import { parseJid } from '@xeps/core/jid';
import type { Jid } from '@xeps/core/jid';
import type { TextCodec } from '@xeps/core/schema';

/** The own server hands out addresses as it prepared them itself, perhaps by RFC 6122: one odd contact must not spoil the rest. */
export const servedJid: TextCodec<Jid> = { decode: (text) => parseJid(text.trim(), { lenient: true }), encode: String };
