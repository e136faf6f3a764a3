// The package has no types of its own, and nobody else has written any.
declare module '@xmpp/component' {
  import type { XmppjsEntity } from '@xeps/xmppjs';

  export function component(options: { service: string; domain: string; password: string }): XmppjsEntity & {
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
  };
}
