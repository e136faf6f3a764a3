/** Row 16 of the table in rows.test.ts: the pauses between attempts. What is sent meanwhile is in client.test.ts. */
import { expect, test, vi } from 'vitest';
import { harness, until } from './harness.ts';
import { acceptClient } from './scripted-server.ts';

const given = harness();

test('row 16: pauses are random from nothing to a bound that doubles, so that no two clients come back together', async () => {
  const delays: number[] = [];
  const numbers = [0.5, 0.25, 0, 1, 0.75];
  const session = given.client({ reconnect: { base: 16, max: 64, random: () => numbers[delays.length]! } });
  session.onConnection((status) => {
    if (status.status === 'waiting') delays.push(status.delay);
  });
  const started = session.start();
  (await acceptClient(given.server)).cut();
  await started;
  for (let attempt = 0; attempt < 4; attempt += 1) (await given.server.accept()).cut();
  await acceptClient(given.server);
  await until(session, 'online');
  expect(delays).toEqual([8, 8, 0, 64, 48]);
});

test('row 16: so are they when nothing was said of them: up to a second first, never more than a minute', async () => {
  const random = vi.spyOn(Math, 'random').mockReturnValue(0.01);
  try {
    const delays: number[] = [];
    const session = given.client({ reconnect: true });
    session.onConnection((status) => {
      if (status.status === 'waiting') delays.push(status.delay);
    });
    const started = session.start();
    (await acceptClient(given.server)).cut();
    await started;
    for (let attempt = 0; attempt < 7; attempt += 1) (await given.server.accept()).cut();
    await acceptClient(given.server);
    await until(session, 'online');
    expect(delays).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
  } finally {
    random.mockRestore();
  }
});
