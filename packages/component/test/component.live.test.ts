import { createClient } from '@xeps/client';
import { createComponent } from '@xeps/component';
import { Element } from '@xeps/core';
import { account, liveServers } from '@xeps/servers/live';
import { describe, expect, test } from 'vitest';

describe.each(liveServers().map((server) => [`${server.kind} ${server.version}`, server] as const))(
  '@xeps/component [%s]',
  (_, server) => {
    const options = {
      domain: server.services.component,
      secret: server.componentSecret,
      host: server.host,
      port: server.ports.component,
    };

    test('a bot answers an account of the server', async () => {
      await using component = createComponent(options);
      component.on('message', (message) => {
        const { from, to } = message.attrs as Record<string, string>;
        void component.send(
          new Element('message', { to: from, from: to })
            .c('body')
            .t(`you said ${message.getChildText('body')}`)
            .up(),
        );
      });
      await component.start();

      const { user, password } = await account(server);
      await using client = createClient({
        jid: `${user}@${server.domain}`,
        password,
        service: `xmpp://${server.host}:${server.ports.c2s}`,
        tls: { ca: server.caPem },
      });
      const answer = new Promise<Element>((resolve) => client.on('message', resolve));
      await client.start();
      await client.send(new Element('message', { to: `bot@${options.domain}` }).c('body').t('hi').up());
      const message = await answer;
      expect(message.attrs['from']).toBe(`bot@${options.domain}`);
      expect(message.getChildText('body')).toBe('you said hi');
    });

    test('a wrong secret is refused', async () => {
      await using component = createComponent({ ...options, secret: 'wrong' });
      await expect(component.start()).rejects.toMatchObject({ name: 'StreamError', condition: 'not-authorized' });
    });
  },
);
