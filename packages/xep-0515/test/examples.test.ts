import { parseElement } from '@xeps/core/xml';
import { fromBase64, scram, selectMechanism, toBase64 } from '@xeps/stream';
import type { StreamContext } from '@xeps/stream';
import { expect, test } from 'vitest';
import { tlsDowngradeProtection } from '../src/index.ts';

// Inline, as the example is a whole stream: what stands in it between two headers is no element of its own.
const initial = 'cD10bHMtZXhwb3J0ZXIsLG49dXNlcixyPTEyQzRDRDVDLUUzOEUtNEE5OC04RjZELTE1QzM4RjUxQ0NDNg==';
const challenge =
  'cj0xMkM0Q0Q1Qy1FMzhFLTRBOTgtOEY2RC0xNUMzOEY1MUNDQzZhMDkxMTdhNi1hYzUwLTRmMmYtOTNmMS05Mzc5OWMyYmRkZjYscz1RU1hDUitR' +
  'NnNlazhiZjkyLGk9NDA5NixoPUc2ay9yQkxEcWdPaFJSYUN1dWF0U0RGa0owOD0sdD0wMzA0';
const response =
  'Yz1jRDEwYkhNdFpYaHdiM0owWlhJc0xGUklTVk1nU1ZNZ1JrRkxSU0JEUWlCRVFWUkIscj0xMkM0Q0Q1Qy1FMzhFLTRBOTgtOEY2RC0xNUMzOEY1' +
  'MUNDQzZhMDkxMTdhNi1hYzUwLTRmMmYtOTNmMS05Mzc5OWMyYmRkZjYscD1LSFVmTjhkU3kxSzk1Y3JUNEQ1eTFJdExKZnM9';
const success = 'dj0zdzM0WklNVlJreDJmMk96YjMvZWNSUFZkdjQ9';

/** The printed exchange, by a client whose TLS is of this version. */
async function exchange(protocol: string): Promise<void> {
  const binding = { type: 'tls-exporter', data: new TextEncoder().encode('THIS IS FAKE CB DATA') };
  const stream = { domain: 'example.org', tls: { protocol, binding: () => undefined } } as Partial<StreamContext>;
  const { mechanism } = await selectMechanism(
    {
      mechanisms: [scram('SHA-1', { plus: true, nonce: () => '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6' })],
      credentials: { username: 'user', password: 'pencil' },
      guards: [{ name: 'printed', offered: () => ({ binding }) }, tlsDowngradeProtection()],
    },
    { profile: 'sasl2', mechanisms: ['SCRAM-SHA-1-PLUS'], features: parseElement('<features xmlns="urn:example"/>') },
    stream as StreamContext,
  );
  expect(toBase64((await mechanism.initial())!)).toBe(initial);
  expect(toBase64(await mechanism.challenge(fromBase64(challenge)!))).toBe(response);
  await mechanism.success(fromBase64(success));
}

test('§4.3 the printed exchange', () => exchange('TLSv1.3'));

test('§4.3 the printed exchange, when this side has TLS 1.2', async () => {
  await expect(exchange('TLSv1.2')).rejects.toMatchObject({ condition: 'downgrade' });
});
