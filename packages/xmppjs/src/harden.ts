import { XmppError } from '@xeps/core';
import { createStreamParser, parseElement } from '@xeps/core/xml';
import type { XmlLimits } from '@xeps/core/xml';
import { internals } from './entity.ts';
import type { EntityParser, XmppjsEntity } from './entity.ts';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

/**
 * Gives an entity the parser of `@xeps/core/xml`: text that is torn between two chunks stays whole, forbidden XML ends
 * the stream with an error instead of the process, sizes and depths are bounded, and nothing that came before TLS is
 * taken for something that came after. Call it before `entity.start()`; `xmppjs()` does unless told otherwise.
 *
 * What it can't mend from outside is listed in this package's README.
 */
export function harden(entity: XmppjsEntity, limits: Partial<XmlLimits> = {}): void {
  if (entity.status !== 'offline') {
    throw new XmppError('ERR_XMPP_XMPPJS', `the entity is ${entity.status} already; harden it before entity.start()`);
  }
  const inner = internals(entity);
  let Original = inner.Parser;
  // A client sets its parser anew at each connect, as its transport wants.
  Object.defineProperty(entity, 'Parser', {
    configurable: true,
    get: () => Original && boundedParser(Original, () => inner.headerElement().name === 'open', limits),
    set(value: typeof Original) {
      Original = value;
    },
  });
  // xmpp.js decodes each chunk by itself, and throws when data comes after a fault took its parser away.
  inner._onData = (data) => inner.parser?.write(data);
}

function boundedParser(
  Original: new () => EntityParser,
  framed: () => boolean,
  limits: Partial<XmlLimits>,
): new () => EntityParser {
  return function Parser(this: unknown): EntityParser {
    // An instance of its own class, so that it is the emitter that xmpp.js expects.
    const parser = new Original();
    const write = framed() ? frames(parser, limits) : stream(parser, limits);
    parser.write = (data) => {
      try {
        write(data);
      } catch (error) {
        parser.emit('error', error);
      }
    };
    return parser;
  } as unknown as new () => EntityParser;
}

function stream(parser: EntityParser, limits: Partial<XmlLimits>): EntityParser['write'] {
  const reader = createStreamParser(
    {
      onOpen: (root) => void parser.emit('start', root),
      onElement(element) {
        // RFC 6120 §5.4.3.3: what came with <proceed/> came from nobody.
        if (element.is('proceed', NS_TLS)) reader.reset();
        parser.emit('element', element);
      },
      onClose: () => void parser.emit('end'),
    },
    { limits },
  );
  return (data) => reader.write(data);
}

function frames(parser: EntityParser, limits: Partial<XmlLimits>): EntityParser['write'] {
  return (data) => {
    const text = typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true }).decode(data);
    const element = parseElement(text, { xmlns: 'jabber:client', limits });
    const control = element.getNS() === NS_FRAMING ? element.name : '';
    parser.emit(control === 'open' ? 'start' : control === 'close' ? 'end' : 'element', element);
  };
}
