// The peers ship no types, or none that fit Node's resolution.
declare module '@xmpp/xml/lib/parse.js' {
  import type { Element } from 'ltx';
  export default function parse(text: string): Element;
}
declare module '@xmpp/xml/lib/Parser.js' {
  import type { Element } from 'ltx';
  export default class Parser {
    on(event: 'element', listener: (element: Element) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    write(text: string): void;
  }
}
