/** Where one is, in the address bar: links, the back button and reloading work as one expects. */
import { useSyncExternalStore } from 'react';

/** The place that is shown. */
export type Route =
  | { readonly view: 'home' }
  | { readonly view: 'chat'; readonly address: string; readonly details: boolean; readonly message?: string }
  | { readonly view: 'settings'; readonly section: string };

/** The place's part of the address bar. */
export function hrefOf(route: Route): string {
  if (route.view === 'settings') return `#/settings/${route.section}`;
  if (route.view === 'home') return '#/';
  const message = route.message === undefined ? '' : `?message=${encodeURIComponent(route.message)}`;
  return `#/chat/${encodeURIComponent(route.address)}${route.details ? '/details' : ''}${message}`;
}

/** A conversation's place. */
export const chat = (address: string, { details = false, message }: { details?: boolean; message?: string } = {}) =>
  ({ view: 'chat', address, details, ...(message !== undefined && { message }) }) as const;

/** Goes there. */
export function go(route: Route, { replace = false }: { readonly replace?: boolean } = {}): void {
  const href = hrefOf(route);
  if (href === location.hash) return;
  if (replace) {
    history.replaceState(null, '', href);
    dispatchEvent(new HashChangeEvent('hashchange'));
  } else location.hash = href;
}

function read(hash: string): Route {
  const [path = '', query] = hash.slice(1).split('?');
  const [, view, first = '', second] = path.split('/');
  if (view === 'settings') return { view, section: first };
  if (view !== 'chat' || first === '') return { view: 'home' };
  const message = new URLSearchParams(query).get('message');
  try {
    return {
      view,
      address: decodeURIComponent(first),
      details: second === 'details',
      ...(message !== null && { message }),
    };
  } catch {
    return { view: 'home' };
  }
}

let last: { readonly hash: string; readonly route: Route } | undefined;

function current(): Route {
  const { hash } = location;
  if (last?.hash !== hash) last = { hash, route: read(hash) };
  return last.route;
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** The place that is shown now. */
export const useRoute = (): Route => useSyncExternalStore(subscribe, current);
