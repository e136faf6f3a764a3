import { lazy, Suspense, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useAccount, useAccountState, useConversations } from '../hooks/account.tsx';
import { chat, go, useRoute } from '../hooks/route.ts';
import { useNewVersion } from '../hooks/new-version.ts';
import { useNotifications } from '../hooks/notifications.ts';
import { usePresenceOfPerson } from '../hooks/looks-at.ts';
import { useShortcuts } from '../hooks/shortcuts.ts';
import { t } from '../i18n/index.ts';
import { Spinner } from '../ui/basics.tsx';
import { faultText } from '../ui/fault-text.ts';
import { ConversationScreen } from './conversation.tsx';
import { Sidebar } from './sidebar.tsx';

/** What is not on the first sight of the page, by when it is loaded: when it is wanted, or when there is nothing else to do. */
const parts = {
  signInAgain: () => import('./sign-in-again.tsx'),
  settings: () => import('./settings.tsx'),
  palette: () => import('./palette.tsx'),
  shortcuts: () => import('./shortcuts.tsx'),
  newChat: () => import('./new-chat.tsx'),
  search: () => import('./search.tsx'),
};
const SignInAgain = lazy(() => parts.signInAgain().then((module) => ({ default: module.SignInAgain })));
const Settings = lazy(() => parts.settings().then((module) => ({ default: module.Settings })));
const Palette = lazy(() => parts.palette().then((module) => ({ default: module.Palette })));
const Shortcuts = lazy(() => parts.shortcuts().then((module) => ({ default: module.Shortcuts })));
const NewChat = lazy(() => parts.newChat().then((module) => ({ default: module.NewChat })));
const Search = lazy(() => parts.search().then((module) => ({ default: module.Search })));

/** Milliseconds after which the rest is loaded. */
const settled = 3000;

/** What may lie over the rest. */
export type Overlay = 'palette' | 'shortcuts' | 'new-chat' | 'search';

/** The frame of all screens of an account. */
export function Shell(): ReactNode {
  const account = useAccount();
  const route = useRoute();
  const conversations = useConversations();
  const storeFault = useAccountState((state) => state.storeFault);
  const refused = useRefused();
  const isNew = useNewVersion();
  const [overlay, setOverlay] = useState<Overlay>();
  const close = (): void => setOverlay(undefined);
  const current = route.view === 'chat' ? route.address : undefined;

  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of Object.values(parts)) load().catch((error: unknown) => console.warn(error));
    }, settled);
    return () => clearTimeout(timer);
  }, []);
  usePresenceOfPerson(account, current);
  useNotifications(account);
  useShortcuts({ conversations: conversations ?? [], current, open: setOverlay });
  const unread = conversations?.reduce((sum, conversation) => sum + conversation.unread, 0) ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t('appName')}` : t('appName');
    const badge = navigator as { setAppBadge?(count: number): Promise<void>; clearAppBadge?(): Promise<void> };
    (unread > 0 ? badge.setAppBadge?.(unread) : badge.clearAppBadge?.())?.catch(() => {});
  }, [unread]);

  return (
    <div className="shell" data-view={route.view}>
      <a className="skip" href="#composer" onClick={(event) => focusComposer(event)}>
        {t('shortcutComposer')}
      </a>
      <Sidebar conversations={conversations} current={current} open={setOverlay} />
      <main className="main">
        {storeFault && (
          <p role="alert" className="banner error">
            {storeFault.reason === 'full' ? t('storeFull') : faultText(storeFault)}
          </p>
        )}
        {isNew && (
          <div role="status" className="banner">
            <p>{t('newVersion')}</p>
            <button type="button" className="button small" onClick={() => location.reload()}>
              {t('reload')}
            </button>
          </div>
        )}
        {route.view === 'chat' ? (
          <ConversationScreen
            key={route.address}
            address={route.address}
            details={route.details}
            message={route.message}
          />
        ) : route.view === 'settings' ? (
          <Suspense fallback={<Spinner label={t('loading')} />}>
            <Settings section={route.section} />
          </Suspense>
        ) : (
          <Welcome />
        )}
      </main>
      <Suspense>
        {refused && <SignInAgain />}
        {overlay === 'palette' && <Palette conversations={conversations ?? []} open={setOverlay} onClose={close} />}
        {overlay === 'shortcuts' && <Shortcuts onClose={close} />}
        {overlay === 'new-chat' && <NewChat onClose={close} />}
        {overlay === 'search' && (
          <Search
            conversation={undefined}
            onClose={close}
            onChoose={({ conversation, key }) => go(chat(conversation, { message: key }))}
          />
        )}
      </Suspense>
    </div>
  );
}

/** What is stored signs in no more: from the refusal on, until a new password has been accepted. */
function useRefused(): boolean {
  const connection = useAccountState((state) => state.connection);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (connection.status === 'online') setRefused(false);
    else if (connection.status === 'ended' && connection.fault.name === 'SaslError') setRefused(true);
  }, [connection]);
  return refused;
}

function focusComposer(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('.composer textarea')?.focus();
}

function Welcome(): ReactNode {
  return (
    <div className="empty">
      <h1>{t('chooseChat')}</h1>
      <p>{t('chooseChatLead', { keys: /Mac|iP/.test(navigator.userAgent) ? '⌘K' : 'Ctrl+K' })}</p>
    </div>
  );
}
