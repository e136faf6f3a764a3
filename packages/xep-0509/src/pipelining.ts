import type { Element } from '@xeps/core';
import { parseElement, serialize } from '@xeps/core/xml';
import { createElement, NS_STREAM } from '@xeps/stream';
import type { StreamContext } from '@xeps/stream';
import type { Sasl2Pipelining } from '@xeps/xep-0388';
import { decodeConfigVersion, isMismatch, NS_IAP } from './elements.ts';

/** A server as it was when signing in worked last, as plain data. */
export interface KnownServer {
  /** On another kind of stream it offers other things. */
  readonly framing: 'tcp' | 'websocket';
  readonly secure: boolean;
  /** Its features, as XML. */
  readonly features: string;
}

/** Where it is kept. */
export interface PipeliningOptions {
  load(): KnownServer | undefined;
  save(server: KnownServer | undefined): void;
}

/** Features that are longer are not kept. The longest in use have three thousand characters. */
const maxLength = 32_768;

/** Pipelining to a server that is known from before, for `sasl2`. */
/* @__NO_SIDE_EFFECTS__ */
export function pipelining({ load, save }: PipeliningOptions): Sasl2Pipelining {
  const forget = (): void => save(undefined);
  return {
    remembered({ framing, secure }: StreamContext) {
      const known = load();
      if (known?.framing !== framing || known.secure !== secure) return undefined;
      try {
        return parseElement(known.features);
      } catch {
        // Whoever kept it did not keep it well.
        forget();
        return undefined;
      }
    },
    remember(features, { framing, secure }) {
      const kept = features.getChildElements().filter((child) => said.includes(child.name));
      const text = `<features xmlns='${NS_STREAM}'>${kept.map((child) => serialize(child)).join('')}</features>`;
      if (text.length > maxLength) return forget();
      const known = load();
      if (known?.features !== text || known.framing !== framing || known.secure !== secure)
        save({ framing, secure, features: text });
    },
    forget,
    request(features: Element) {
      const version = decodeConfigVersion(features);
      if (version === undefined) return undefined;
      const { scheme, value } = version.attrs as Readonly<Record<string, string | undefined>>;
      return createElement('config-version', NS_IAP, { scheme, value });
    },
    mismatch: isMismatch,
  };
}

/** The features that a request to sign in depends on. */
const said = ['authentication', 'config-version'];
