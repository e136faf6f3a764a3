import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import { NS_SM } from '@xeps/xep-0198';
import { NS_CARBONS } from '@xeps/xep-0280';
import { NS_MAM } from '@xeps/xep-0313';
import { NS_CSI } from '@xeps/xep-0352';
import { getDiscoInfo } from '@xeps/xep-0030';
import { findAlternativeConnections } from '@xeps/xep-0156';
import { UploadError, findUploadService } from '@xeps/xep-0363';
import { orderEndpoints, srvName } from '@xeps/xep-0368';
import type { SrvRecord, SrvService } from '@xeps/xep-0368';
import { NS_CAM } from '@xeps/xep-0494';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import type { CommandContext } from '../command.ts';
import { diagnosisLines, diagnosisText } from '../diagnosis.ts';
import type { Diagnosis, FoundEndpoint, Service } from '../diagnosis.ts';
import { online } from '../online.ts';
import type { ConnectOptions, Online, Prepared } from '../online.ts';
import { createWitness } from '../sign-in-offer.ts';
import type { Seen } from '../sign-in-offer.ts';

/** `xeps doctor`: what the server offers, and how signing in goes. */
export const doctor = defineCommand<ConnectOptions>({
  name: 'doctor',
  summary: 'Say what the server offers and how signing in went',
  description: [
    'Signs in as every command does, and says where the server was found, how the connection is protected, what is offered ' +
      'to sign in with and what was used, which services there are, and what is stored here. No secret is shown. When ' +
      'signing in fails, it says what it saw until then.',
    'With --json, one object a line, of the types "endpoint", "tls", "offer", "sign-in", "session", "service", "stored" and ' +
      '"advice"; docs/cli.md has their keys.',
  ],
  examples: [
    ['xeps doctor', 'all of it'],
    [`xeps doctor --json | jq -r 'select(.type == "sign-in").mechanism'`, 'how this account signs in'],
    ['xeps doctor --no-store', 'how it would for the first time'],
  ],
  setup: (command) => timeoutOption(accountOptions(command)),
  async run(context) {
    const { module, seen } = createWitness();
    let look: Look | undefined;
    let told = false;
    try {
      await online(
        context,
        async (connection) => {
          const diagnosis = await look!(await findServices(connection, seen));
          told = true;
          await report(context, diagnosis);
        },
        { modules: () => [module], prepare: (prepared) => void (look = observe(prepared, seen, context.signal)) },
      );
    } catch (error) {
      if (look !== undefined && !told && !context.signal.aborted) await report(context, await look());
      throw error;
    }
  },
});

async function report({ output }: CommandContext<ConnectOptions>, diagnosis: Diagnosis): Promise<void> {
  if (!output.json) return output.result({}, diagnosisText(diagnosis));
  for (const line of diagnosisLines(diagnosis)) await output.result(line, '');
}

/** Says what is known by now. */
type Look = (services?: readonly Service[]) => Promise<Diagnosis>;

/** Watches a client from before it connects. */
function observe({ client, account, credentials, folder }: Prepared, seen: Seen, signal: AbortSignal): Look {
  const address = String(account.jid.bare());
  const { service } = account;
  const before = credentials.load(address);
  const found = service === undefined ? findEndpoints(account.jid.domain, signal) : Promise.resolve<Found[]>([]);
  const tried = new Set<string>();
  let used: string | undefined;
  let session: Diagnosis['session'];
  let ms = 0;
  const began = performance.now();
  client.onConnection((status) => {
    if (status.status === 'connecting' && status.endpoint !== undefined) tried.add(status.endpoint);
    if (status.status !== 'online' || session !== undefined) return;
    ms = Math.round(performance.now() - began);
    used = status.endpoint;
    session = { jid: String(status.jid), resumed: status.resumed };
  });
  return async (services = []) => {
    const endpoints = new Map(await found);
    for (const each of tried)
      if (!endpoints.has(each)) endpoints.set(each, service === undefined ? 'fallback' : 'option');
    // What was stored may have changed with signing in; a store that is closed by now says what it said before.
    const stored = session === undefined ? await before : await credentials.load(address);
    const { signIn } = client;
    return {
      account: address,
      endpoints: [...endpoints].map(([at, from]) => ({ service: at, from, tried: tried.has(at), used: at === used })),
      seen,
      signIn: signIn && { ...signIn, ms },
      session,
      services,
      stored,
      folder,
    };
  };
}

/** An endpoint, and who says that it is there. */
type Found = readonly [service: string, from: FoundEndpoint['from']];

/** Where the domain says that it is, in the order in which it would be tried. What can't be found out is left out. */
async function findEndpoints(domain: string, signal: AbortSignal): Promise<Found[]> {
  // The names of this machine are not DNS's (RFC 6761 §6.3).
  if (/(^|\.)localhost$/.test(domain)) return [];
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const ask = (name: SrvService): Promise<SrvRecord[]> =>
    resolver.resolveSrv(srvName(name, domainToASCII(domain))).catch(() => []);
  const [starttls, directTls, links] = await Promise.all([
    ask('xmpp-client'),
    ask('xmpps-client'),
    findAlternativeConnections(domain, { signal, timeout: 5_000 }).catch(() => []),
  ]);
  const tcp = orderEndpoints(starttls, directTls).map(({ host, port, directTls: direct }): Found => [
    `${direct ? 'xmpps' : 'xmpp'}://${host}:${port}`,
    'dns',
  ]);
  return [...tcp, ...links.flatMap(({ kind, url }): Found[] => (kind === 'websocket' ? [[url, 'host-meta']] : []))];
}

/** Asks the account and the server what they can do. */
async function findServices({ client, signal, timeout }: Online, seen: Seen): Promise<Service[]> {
  const options = { signal, timeout };
  const [account, server, upload] = await Promise.allSettled([
    getDiscoInfo(client, { ...options, to: client.jid.bare() }),
    getDiscoInfo(client, { ...options, to: client.jid.domain }),
    findUploadService(client, options),
  ]);
  signal.throwIfAborted();
  const answers = [account, server].flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.features] : []));
  const features = new Set(answers.flat());
  /** Nothing is known of what nobody answered about. */
  const listed = (namespace: string): boolean | undefined =>
    features.has(namespace) || (answers.length === 2 ? false : undefined);
  const streamed = (namespace: string): boolean =>
    seen.features.has(namespace) || seen.offer?.bind2?.includes(namespace) === true;
  const missing = upload.status === 'rejected' && upload.reason instanceof UploadError;
  return [
    { name: 'acknowledgements', spec: 'XEP-0198', offered: streamed(NS_SM) },
    { name: 'client-state', spec: 'XEP-0352', offered: streamed(NS_CSI) },
    { name: 'carbons', spec: 'XEP-0280', offered: listed(NS_CARBONS) },
    { name: 'archive', spec: 'XEP-0313', offered: listed(NS_MAM) },
    upload.status === 'fulfilled'
      ? {
          name: 'upload',
          spec: 'XEP-0363',
          offered: true,
          jid: String(upload.value.jid),
          ...(upload.value.maxFileSize !== undefined && { maxFileSize: upload.value.maxFileSize }),
        }
      : { name: 'upload', spec: 'XEP-0363', offered: missing ? false : undefined },
    { name: 'push', spec: 'XEP-0357', offered: listed('urn:xmpp:push:0') },
    { name: 'blocking', spec: 'XEP-0191', offered: listed('urn:xmpp:blocking') },
    { name: 'client-access', spec: 'XEP-0494', offered: listed(NS_CAM) },
  ];
}
