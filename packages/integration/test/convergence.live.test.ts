import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { account, describeLive } from '@xeps/live';
import { seededRandom } from '@xeps/servers/proxy';
import { sqliteStore } from '@xeps/store-sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Message } from '@xeps/im';
import { allMessages, createDevice } from './devices.ts';
import type { Device } from './devices.ts';

/** What one device knows of a conversation, for comparison with another. */
interface Known {
  readonly messages: readonly string[];
  readonly readUpTo: string | undefined;
  readonly unread: number;
}

describeLive('three devices and two', (server, transport) => {
  const many = Number(process.env['XEPS_MESSAGES'] ?? (transport === 'tcp' ? 2_000 : 400));
  test(
    `${many} messages, with edits, reactions, retractions and reads, while devices go off and come back`,
    { timeout: 600_000 },
    async () => {
      const seed = Number(process.env['XEPS_SEED'] ?? 20_261_126);
      const random = seededRandom(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
      const [romeo, juliet] = await Promise.all([account(server, 'romeo'), account(server, 'juliet')]);
      const folder = await mkdtemp(join(tmpdir(), 'xeps-devices-'));
      // One of each account keeps its conversations in a file.
      const [orchardStore, balconyStore] = await Promise.all([
        sqliteStore(join(folder, 'orchard')),
        sqliteStore(join(folder, 'balcony')),
      ]);
      const his = [
        createDevice(server, transport, romeo, { name: 'orchard', store: orchardStore }),
        createDevice(server, transport, romeo, { name: 'street' }),
        createDevice(server, transport, romeo, { name: 'tomb' }),
      ];
      const hers = [
        createDevice(server, transport, juliet, { name: 'balcony', store: balconyStore }),
        createDevice(server, transport, juliet, { name: 'chamber' }),
      ];
      const peerOf = new Map<Device, string>([
        ...his.map((one) => [one, juliet.jid] as const),
        ...hers.map((one) => [one, romeo.jid] as const),
      ]);
      const all = [...his, ...hers];
      onTestFinished(async () => {
        await Promise.all(all.map((one) => one.off()));
        await Promise.all([orchardStore.close(), balconyStore.close()]);
        await rm(folder, { recursive: true });
      });
      await Promise.all(all.map((one) => one.on()));

      let said = 0;
      const counts = { edits: 0, reactions: 0, retractions: 0, reads: 0, restarts: 0 };
      /** Something that a user may do with what the device shows. */
      async function act(device: Device): Promise<void> {
        const { im } = device;
        const peer = peerOf.get(device)!;
        const dice = random();
        if (dice < 0.62) {
          await im.send(peer, `${device.name} says ${(said += 1)}`);
          return;
        }
        const shown = await im.messages(peer, { limit: 30 });
        const own = shown.filter(({ outgoing, retracted }) => outgoing && retracted === undefined);
        const others = shown.filter(({ retracted }) => retracted === undefined);
        if (dice < 0.74 && own.length > 0) {
          counts.edits += 1;
          await im.correct(pick(own).key, `${device.name} rather says ${random().toString(36)}`);
        } else if (dice < 0.86 && others.length > 0) {
          counts.reactions += 1;
          await im.react(pick(others).key, pick([['👍'], ['❤️', '🎉'], ['😮'], []]));
        } else if (dice < 0.9 && own.length > 0) {
          counts.retractions += 1;
          await im.retract(pick(own).key);
        } else {
          counts.reads += 1;
          await im.markRead(peer);
        }
      }

      while (said < many) {
        const device = pick(all);
        if (!device.isOn) {
          if (random() < 0.2) {
            counts.restarts += 1;
            await device.on();
          }
          continue;
        }
        // What was accepted just before a device goes off waits in its store.
        const steps = 1 + Math.floor(random() * 12);
        for (let step = 0; step < steps && said < many; step++) await act(device);
        if (random() < 0.08) await device.off();
        if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 30));
      }
      await Promise.all(all.filter((one) => !one.isOn).map((one) => one.on()));
      const sent = expect.poll(
        async () => (await Promise.all(all.map((one) => one.store.read((tx) => tx.outbox())))).flat().length,
        {
          timeout: 240_000,
          interval: 200,
        },
      );
      await sent.toBe(0);

      async function known(device: Device): Promise<Known> {
        const peer = peerOf.get(device)!;
        const talk = await device.im.conversation(peer);
        const list = await allMessages(device.im, peer);
        const kept = list.filter(({ retracted }) => retracted === undefined);
        const readAt = list.find(({ key }) => key === talk.readUpTo)?.position ?? -Infinity;
        return {
          messages: kept.map(describeMessage),
          // ejabberd deletes from its archive what was taken back, so that not every device has it.
          readUpTo: kept.findLast(({ position }) => position <= readAt)?.id,
          unread: talk.unread,
        };
      }
      // What was sent in the last moments is still on its way: to the archive, and as read marks from device to device.
      let last: Known[] = [];
      await expect
        .poll(
          async () => {
            await Promise.all(all.map(({ im }) => im.catchUp()));
            last = await Promise.all(all.map(known));
            return differences(all, last).join('\n');
          },
          { timeout: 180_000, interval: 1_000 },
        )
        .toBe('');
      const [orchard, , , balcony] = last;
      console.log(`${server.kind}, ${transport}, seed ${seed}: ${said} messages, ${JSON.stringify(counts)}`);
      expect(orchard!.messages.length).toBeGreaterThan(many * 0.8);
      expect(new Set(orchard!.messages).size).toBe(orchard!.messages.length);
      const inCommon = (of: Known): readonly string[] =>
        server.quirks.includes('archives-in-different-order') ? withoutOrder(of.messages) : of.messages;
      expect(inCommon(balcony!)).toEqual(inCommon(orchard!));
      const swapped = balcony!.messages.filter((one, at) => one !== orchard!.messages[at]).length;
      console.log(
        `${server.kind}, ${transport}: ${swapped} of ${balcony!.messages.length} stand elsewhere in the other account's archive`,
      );
    },
  );
});

/** In what devices of one account differ, and in what the accounts differ in what they must have in common. */
function differences(devices: readonly Device[], known: readonly Known[]): string[] {
  const [first, , , hers] = known;
  const found: string[] = [];
  for (const [at, one] of known.entries()) {
    const name = devices[at]!.name;
    const own = at < 3 ? first! : hers!;
    const place = own.messages.findIndex((message, index) => message !== one.messages[index]);
    if (place >= 0 || own.messages.length !== one.messages.length)
      found.push(
        `${name}, ${one.messages.length} of ${own.messages.length}, at ${place}: ${one.messages[place]} for ${own.messages[place]}`,
      );
    // The account's own words are read by it, so that only accounts, and not devices, may differ.
    if (one.readUpTo !== own.readUpTo || one.unread !== own.unread)
      found.push(`${name} has read up to ${one.readUpTo}, ${one.unread} unread: ${own.readUpTo}, ${own.unread}`);
  }
  return found;
}

/**
 * What two archives have in common that put the same stanzas in another order: the messages, and everything that was
 * ever said in their place. Which correction or reaction of two devices is the last depends on the order.
 */
function withoutOrder(messages: readonly string[]): readonly string[] {
  return messages
    .map((message) => {
      const [id, author, text, edits] = JSON.parse(message) as [string, string, string, string[]];
      return JSON.stringify([id, author, edits.length === 0 ? text : edits.toSorted()]);
    })
    .toSorted();
}

function describeMessage({ id, author, edits, text, reactions }: Message): string {
  const reacted = reactions.map((one) => `${one.author.address} ${one.emojis.join('')}`).sort();
  return JSON.stringify([id, author.address, text, edits.map(({ content }) => content.text), reacted]);
}
