/** Devices of accounts, for tests: clients with an engine, on stores that outlive them. */
import { memoryStore } from '@xeps/im/memory';
import type { Store } from '@xeps/im/store';
import { serviceOf } from '@xeps/live';
import type { Account, Client, ServerInfo, Transport } from '@xeps/live';
import { createClient } from '@xeps/client';
import type { NodeClientOptions } from '@xeps/client';
import { presence } from '@xeps/rfc-6121';
import { createIm } from '@xeps/im';
import type { Im, ImOptions, Message } from '@xeps/im';

/** A device: its store stays when it is off. */
export interface Device {
  readonly name: string;
  readonly store: Store;
  readonly im: Im;
  readonly client: Client;
  readonly isOn: boolean;
  /** Comes back as a program that was started anew. */
  on(): Promise<void>;
  off(): Promise<void>;
}

/** How a device is made. */
export interface DeviceOptions {
  readonly name?: string;
  readonly store?: Store;
  readonly im?: Partial<ImOptions>;
  readonly client?: Partial<NodeClientOptions>;
}

/** Makes a device that is off. */
export function createDevice(
  server: ServerInfo,
  transport: Transport,
  who: Account,
  options: DeviceOptions = {},
): Device {
  const store = options.store ?? memoryStore();
  let running: { client: Client; im: Im } | undefined;
  const now = (): { client: Client; im: Im } => {
    if (running === undefined) throw new Error(`${device.name} is off`);
    return running;
  };
  const device: Device = {
    name: options.name ?? who.user,
    store,
    get im() {
      return now().im;
    },
    get client() {
      return now().client;
    },
    get isOn() {
      return running !== undefined;
    },
    async on() {
      const client = createClient({
        jid: who.jid,
        password: who.password,
        tls: { ca: server.caPem },
        allowInsecure: true,
        service: serviceOf(server, transport),
        // Prosody reads an archive of thousands of messages for seconds, and lets everybody else wait meanwhile.
        timeout: 60_000,
        ...options.client,
      });
      const im = createIm(client, { store, receipts: () => true, ...options.im });
      client.use(presence).announce();
      running = { client, im };
      await client.start({ retry: true });
    },
    async off() {
      if (running === undefined) return;
      const { client, im } = running;
      running = undefined;
      await im.close();
      await client.stop();
    },
  };
  return device;
}

/** All messages of a conversation, in order. */
export async function allMessages(im: Im, address: string): Promise<Message[]> {
  const all: Message[] = [];
  for (let after = -Infinity; ;) {
    const page = await im.messages(address, { after, limit: 500 });
    all.push(...page);
    if (page.length < 500) return all;
    after = page.at(-1)!.position;
  }
}
