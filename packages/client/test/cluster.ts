import type { Client } from '@xeps/client';
import { iqQuery } from '@xeps/core';
import type { Element } from '@xeps/core';
import { attr, child, childText, element } from '@xeps/core/schema';
import type { Account } from '@xeps/servers/live';
import { startProxy } from '@xeps/servers/proxy';
import type { Proxy } from '@xeps/servers/proxy';
import { startEjabberdCluster } from '@xeps/servers';
import type { EjabberdCluster, RunningServer } from '@xeps/servers';
import { createClientOn } from '../src/client.ts';
import { nodePlatform } from '../src/platform-node.ts';
import type { Transport, TransportEvents } from '../src/transport/types.ts';

/** What one connection carried. */
export interface Wire {
  heard: string;
  said: string;
}

/** Two nodes, and a way to each that can be taken away. */
export interface Cluster extends Pick<EjabberdCluster, 'nodes'> {
  readonly ways: readonly [Proxy, Proxy];
  /** A client that may go to both nodes, to `first` rather than to the other. */
  client(who: Account, first: 0 | 1): Client;
  /** A client that goes to one node, past the way that can be taken away. */
  beside(who: Account, node: 0 | 1): Client;
  /** What went over the wire of a client, connection by connection. */
  wire(client: Client): readonly Wire[];
  /** At which node a client is online. */
  nodeOf(client: Client): 0 | 1;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const cluster = await startEjabberdCluster();
  const { nodes } = cluster;
  const way = ({ host, ports }: RunningServer): Promise<Proxy> => startProxy({ host, port: ports.c2sTls });
  const ways: Cluster['ways'] = [await way(nodes[0]), await way(nodes[1])];
  const wires = new Map<Client, Wire[]>();
  function connect({ jid, password }: Account, ports: readonly number[]): Client {
    const wire: Wire[] = [];
    const platform: typeof nodePlatform = {
      ...nodePlatform,
      async *discover() {
        // A group for each, as SRV records of several priorities give them.
        for (const port of ports) yield [{ kind: 'tcp', host: '127.0.0.1', port, directTls: true }];
      },
      async connect(endpoint, options) {
        const transport = await nodePlatform.connect(endpoint, options);
        const decoder = new TextDecoder();
        const carried: Wire = { heard: '', said: '' };
        wire.push(carried);
        const listen = ({ data, close }: TransportEvents): void =>
          transport.listen({
            data(bytes) {
              carried.heard += typeof bytes === 'string' ? bytes : decoder.decode(bytes, { stream: true });
              data(bytes);
            },
            close,
          });
        const write = (text: string): void => {
          carried.said += text;
          transport.write(text);
        };
        return Object.create(transport, { listen: { value: listen }, write: { value: write } }) as Transport;
      },
    };
    const options = { jid, password, tls: { ca: nodes[0].caPem }, reconnect: { base: 4, max: 40 } };
    const client = createClientOn(platform, options);
    wires.set(client, wire);
    return client;
  }
  return {
    nodes,
    ways,
    client: (who, first) => connect(who, [ways[first].port, ways[first === 0 ? 1 : 0].port]),
    beside: (who, node) => connect(who, [nodes[node].ports.c2sTls]),
    wire: (client) => wires.get(client) ?? [],
    nodeOf({ connection }) {
      const at = connection.status === 'online' ? connection.endpoint : connection.status;
      const node = ways.findIndex(({ port }) => at.endsWith(`:${port}`));
      if (node < 0) throw new Error(`not at a node: ${at}`);
      return node as 0 | 1;
    },
    async stop() {
      await Promise.all([...wires.keys()].map((client) => client.stop()));
      await Promise.all(ways.map((proxy) => proxy.close()));
      await cluster.stop();
    },
  };
}

const page = element('http://jabber.org/protocol/rsm', 'set', { max: childText(), after: childText() });
const firstPage = element('http://jabber.org/protocol/rsm', 'set', { max: childText() });
const last = element('http://jabber.org/protocol/rsm', 'set', {});
const fin = element('urn:xmpp:mam:2', 'fin', { set: child(last) });
const queries = {
  first: iqQuery('set', element('urn:xmpp:mam:2', 'query', { set: child(firstPage) }), fin),
  next: iqQuery('set', element('urn:xmpp:mam:2', 'query', { set: child(page) }), fin),
};

const preferences = element('urn:xmpp:mam:2', 'prefs', {
  default: attr(),
  always: child(element('urn:xmpp:mam:2', 'always', {})),
  never: child(element('urn:xmpp:mam:2', 'never', {})),
});

/** Has nothing archived from now on: ejabberd's own database takes longer for each message than for the one before. */
export async function archiveNothing(client: Client): Promise<void> {
  await client.request(iqQuery('set', preferences), { default: 'never', always: {}, never: {} });
}

/** The messages in an account's archive, by XEP-0313, the oldest first. */
export async function archived(client: Client): Promise<Element[]> {
  const found: Element[] = [];
  const ids: string[] = [];
  const listening = client.on('message', (message) => {
    const result = message.getChild('result', 'urn:xmpp:mam:2');
    const forwarded = result?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message', 'jabber:client');
    if (result === undefined || forwarded === undefined) return;
    ids.push(String(result.attrs['id']));
    found.push(forwarded);
  });
  try {
    for (let before = -1; before < found.length;) {
      before = found.length;
      const after = ids.at(-1);
      if (after === undefined) await client.request(queries.first, { set: { max: '200' } });
      else await client.request(queries.next, { set: { max: '200', after } });
    }
    return found;
  } finally {
    listening[Symbol.dispose]();
  }
}
