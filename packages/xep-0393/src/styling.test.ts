import { link, roundTrip } from '@xeps/core/testing';
import { getDiscoInfo } from '@xeps/xep-0030';
import { expect, it } from 'vitest';
import { NS_STYLING, styling, unstyled } from './index.ts';

it('§5 is advertised', async () => {
  const { client, server } = link();
  client.use(styling);
  expect((await getDiscoInfo(server, { to: client.jid })).features).toContain('urn:xmpp:styling:0');
});

it('§7 text and value are the same thing', () => {
  const { value, input, output } = roundTrip(unstyled, `<unstyled xmlns="${NS_STYLING}"/>`);
  expect(value).toEqual({});
  expect(output).toBe(input);
});
