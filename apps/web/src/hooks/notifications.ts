import { useEffect } from 'react';
import type { LinkedAccount } from '../backend/link.ts';
import { loadSettings } from '../backend/profile.ts';
import type { AccountEvents } from '../backend/types.ts';
import { t } from '../i18n/index.ts';
import { chat, hrefOf } from './route.ts';

/** Shows notifications of what nobody looks at: one for each conversation, through the service worker. */
export function useNotifications(account: LinkedAccount): void {
  useEffect(() => account.on('notify', (event) => void show(event)), [account]);
  useEffect(() => {
    // Somebody has clicked on one.
    const heard = ({ data }: MessageEvent<unknown>): void => {
      const { type, href } = (data ?? {}) as { readonly type?: unknown; readonly href?: unknown };
      if (type === 'go' && typeof href === 'string' && href.startsWith('#/')) location.hash = href;
    };
    navigator.serviceWorker?.addEventListener('message', heard);
    return () => navigator.serviceWorker?.removeEventListener('message', heard);
  }, []);
}

async function show({ messages }: AccountEvents['notify']): Promise<void> {
  const settings = loadSettings();
  if (settings.sound) beep();
  if (!settings.notifications || Notification.permission !== 'granted') return;
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const [address, own] of Map.groupBy(messages, ({ conversation }) => conversation)) {
    const last = own.at(-1)!;
    const title = settings.notificationText ? last.name : t('notifyHidden');
    const text = last.text || (last.attachments.length > 0 ? t('file') : '');
    const body = !settings.notificationText
      ? ''
      : own.length > 1
        ? `${t('notifyMany', { count: own.length })}\n${text}`
        : text;
    const options = {
      body,
      tag: address,
      renotify: true,
      timestamp: last.time,
      data: { href: hrefOf(chat(address)) },
      icon: `${import.meta.env.BASE_URL}icon.svg`,
    };
    if (registration === undefined) new Notification(title, options).addEventListener('click', () => window.focus());
    else await registration.showNotification(title, options);
  }
}

/** Two short tones. */
function beep(): void {
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.gain.value = 0.05;
  gain.connect(audio.destination);
  for (const [at, frequency] of [
    [0, 660],
    [0.12, 880],
  ] as const) {
    const tone = audio.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.1);
  }
  setTimeout(() => void audio.close(), 500);
}
