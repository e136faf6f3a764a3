import { newId } from '@xeps/core';
import type { Element } from '@xeps/core';
import { createElement } from '@xeps/stream';
import { NS_BIND2 } from '@xeps/xep-0386';
import { mamMetadata, NS_MAM } from '@xeps/xep-0313';
import { NS_CARBONS } from '@xeps/xep-0280';
import { NS_SM } from '@xeps/xep-0198';
import { NS_CSI } from '@xeps/xep-0352';
import { serverModule } from '../host/module.ts';
import type { ServerModule, UseModule } from '../host/module.ts';
import type { ClientSession } from '../host/sessions.ts';
import type { ServerStream } from '../stream/server-stream.ts';
import { archive } from './archive/index.ts';
import { bind } from './bind.ts';
import { carbons } from './carbons.ts';
import { clientState } from './client-state.ts';
import { offline } from './offline.ts';
import { sasl2 } from './sasl2.ts';
import type { ClientAgent } from './sasl2.ts';
import { streamManagement } from './stream-management.ts';

/** Something that is enabled with the binding (§3.1). */
interface BindFeature {
  readonly xmlns: string;
  /** Does it; what it gives becomes part of `<bound/>`. */
  apply(stream: ServerStream, session: ClientSession, request: Element): Element | undefined;
}

/** Binding as part of signing in (XEP-0386), and resuming a session instead (XEP-0198 §9). */
export const bind2: ServerModule = serverModule({
  name: 'bind2',
  setup(_, use) {
    const profile = use(sasl2);
    const binding = use(bind);
    if (profile === undefined || binding === undefined) return;
    const features = featuresOf(use);
    const going = new WeakMap<ServerStream, () => void>();
    const management = use(streamManagement);

    if (management !== undefined) {
      profile.inline({
        offer: () => management.feature(),
        apply(stream, authenticate) {
          const request = authenticate.getChild('resume', NS_SM);
          if (request === undefined) return undefined;
          const { answer, goOn } = management.resume(stream, request);
          if (goOn !== undefined) going.set(stream, goOn);
          return answer;
        },
        done: (stream) => going.get(stream)?.(),
      });
    }
    profile.inline({
      offer: () =>
        createElement('bind', NS_BIND2, {}, [
          createElement(
            'inline',
            undefined,
            {},
            features.map(({ xmlns }) => createElement('feature', undefined, { var: xmlns })),
          ),
        ]),
      apply(stream, authenticate, agent) {
        const request = authenticate.getChild('bind', NS_BIND2);
        // §3.2: who resumes a session has an address already.
        if (request === undefined || stream.session !== undefined || stream.closed) return undefined;
        binding.bind(stream, resourceOf(request, agent));
        const bound = createElement('bound', NS_BIND2);
        const session = stream.session as ClientSession | undefined;
        if (session === undefined) return bound;
        // §3.3: what waited is in the archive, which is read from where this client was.
        if (use(archive) !== undefined) use(offline)?.skip(session);
        for (const { xmlns, apply } of features) {
          const wish = request.getChildElements().find((child) => child.getNS() === xmlns);
          const answer = wish && apply(stream, session, wish);
          if (answer !== undefined) bound.cnode(answer);
        }
        if (use(archive) !== undefined) bound.cnode(mamMetadata.encode(use(archive)!.metadata(session.jid.bare())));
        return bound;
      },
    });
  },
});

function featuresOf(use: UseModule): readonly BindFeature[] {
  const copies = use(carbons);
  const management = use(streamManagement);
  const state = use(clientState);
  return [
    ...(copies === undefined
      ? []
      : [{ xmlns: NS_CARBONS, apply: (_: ServerStream, session: ClientSession) => void copies.enable(session) }]),
    ...(state === undefined
      ? []
      : [
          {
            xmlns: NS_CSI,
            apply: (_: ServerStream, session: ClientSession, wish: Element) =>
              void state.setActive(session, wish.name !== 'inactive'),
          },
        ]),
    ...(management === undefined
      ? []
      : [
          {
            xmlns: NS_SM,
            apply: (stream: ServerStream, _: ClientSession, wish: Element) => management.enable(stream, wish),
          },
        ]),
    ...(use(archive) === undefined ? [] : [{ xmlns: NS_MAM, apply: () => undefined }]),
  ] as readonly BindFeature[];
}

/** §3.2: the software's name, and something that is the same each time for one installation. */
function resourceOf(request: Element, { id }: ClientAgent): string {
  const tag = request.getChildText('tag', NS_BIND2)?.trim().slice(0, 100) ?? '';
  const suffix = id === undefined ? newId() : stableName(id);
  return tag === '' ? suffix : `${tag}~${suffix}`;
}

/** FNV-1a of 64 bits: a short name that says nothing about the id it is made of. */
function stableName(id: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(id))
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(36);
}
