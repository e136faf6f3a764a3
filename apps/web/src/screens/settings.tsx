import { useEffect, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { ArrowLeft } from 'lucide-react';
import type { Availability, ServerInfo, SignedInDevice } from '../backend/types.ts';
import { useAccount, useAccountState } from '../hooks/account.tsx';
import { hrefOf } from '../hooks/route.ts';
import { useSettings } from '../hooks/settings.tsx';
import { exportMessages } from '../hooks/export.ts';
import { dateTime, languages, t } from '../i18n/index.ts';
import type { TextKey } from '../i18n/index.ts';
import { Field, presenceText, Spinner, Switch } from '../ui/basics.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { faultText } from '../ui/fault-text.ts';

const sections: readonly (readonly [name: string, title: TextKey, screen: () => ReactNode])[] = [
  ['account', 'settingsAccount', AccountSection],
  ['privacy', 'settingsPrivacy', PrivacySection],
  ['notifications', 'settingsNotifications', NotificationSection],
  ['appearance', 'settingsAppearance', AppearanceSection],
  ['devices', 'settingsDevices', DeviceSection],
  ['data', 'settingsData', DataSection],
  ['about', 'settingsAbout', AboutSection],
];

/** What the user may choose; one section at a time. */
export function Settings({ section }: { readonly section: string }): ReactNode {
  const [, title, Screen] = sections.find(([name]) => name === section) ?? sections[0]!;
  return (
    <section className="settings" data-chosen={section !== ''} aria-label={t('settings')}>
      <nav aria-label={t('settings')}>
        <header>
          <a className="icon-button" href={hrefOf({ view: 'home' })} aria-label={t('back')} title={t('back')}>
            <ArrowLeft aria-hidden size={20} />
          </a>
          <h1>{t('settings')}</h1>
        </header>
        <ul>
          {sections.map(([name, text]) => (
            <li key={name}>
              <a href={hrefOf({ view: 'settings', section: name })} aria-current={title === text ? 'page' : undefined}>
                {t(text)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="section">
        <header>
          <a
            className="icon-button back"
            href={hrefOf({ view: 'settings', section: '' })}
            aria-label={t('back')}
            title={t('back')}
          >
            <ArrowLeft aria-hidden size={20} />
          </a>
          <h2>{t(title)}</h2>
        </header>
        <Screen />
      </div>
    </section>
  );
}

const availabilities: readonly Availability['show'][] = ['available', 'chat', 'away', 'xa', 'dnd'];

function AccountSection(): ReactNode {
  const { api } = useAccount();
  const address = useAccountState((state) => state.address);
  const stored = useAccountState((state) => state.nickname);
  const [nickname, setNickname] = useState(stored);
  const [password, setPassword] = useState('');
  const [changed, setChanged] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const [leaving, setLeaving] = useState<number>();
  useEffect(() => setNickname(stored), [stored]);

  async function ask(event: FormEvent, work: () => Promise<void>): Promise<void> {
    event.preventDefault();
    setFault(undefined);
    await work().catch(setFault);
  }
  async function askToLeave(): Promise<void> {
    const conversations = await api.conversations();
    const pending = conversations.filter(({ last }) => last?.state === 'pending').length;
    setLeaving(pending);
  }

  return (
    <>
      <p className="address">
        <bdi>{address}</bdi>
      </p>
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault, address)}
      </p>
      <form onSubmit={(event) => void ask(event, () => api.setNickname(nickname.trim()))}>
        <Field
          label={t('nickname')}
          hint={t('nicknameHint')}
          value={nickname}
          onChange={(event) => setNickname(event.target.value)}
        />
        <button type="submit" className="button" disabled={nickname.trim() === stored}>
          {t('save')}
        </button>
      </form>
      <form
        onSubmit={(event) =>
          void ask(event, async () => {
            await api.changePassword(password);
            setPassword('');
            setChanged(true);
          })
        }
      >
        <input type="text" name="username" autoComplete="username" value={address} readOnly hidden />
        <Field
          label={t('newPassword')}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <p role="status" className="hint">
          {changed && t('passwordChanged')}
        </p>
        <button type="submit" className="button" disabled={password === ''}>
          {t('changePassword')}
        </button>
      </form>
      <hr />
      <button type="button" className="button danger" onClick={() => void askToLeave()}>
        {t('signOut')}
      </button>
      {leaving !== undefined && (
        <Confirm
          title={t('signOut')}
          text={`${t('signOutConfirm', { address })}${leaving > 0 ? ` ${t('signOutPending', { count: leaving })}` : ''}`}
          action={t('signOut')}
          onConfirm={() => void api.signOut().catch(setFault)}
          onClose={() => setLeaving(undefined)}
        />
      )}
    </>
  );
}

function PrivacySection(): ReactNode {
  const { api } = useAccount();
  const { settings, change } = useSettings();
  const choose = (show: Availability['show']): void => {
    change({ show });
    // Without a connection it counts from the next one on.
    void api.setPresence(show).catch((error: unknown) => console.warn(error));
  };
  return (
    <>
      <div className="field">
        <label htmlFor="availability">{t('availability')}</label>
        <select
          id="availability"
          value={settings.show}
          onChange={(event) => choose(event.target.value as Availability['show'])}
        >
          {availabilities.map((show) => (
            <option key={show} value={show}>
              {presenceText(show)}
            </option>
          ))}
        </select>
      </div>
      <Switch label={t('receipts')} checked={settings.receipts} onChange={(receipts) => change({ receipts })} />
      <Switch label={t('markers')} checked={settings.markers} onChange={(markers) => change({ markers })} />
      <Switch label={t('typingSetting')} checked={settings.typing} onChange={(typing) => change({ typing })} />
      <Switch
        label={t('mediaContacts')}
        hint={t('mediaHint')}
        checked={settings.media === 'contacts'}
        onChange={(on) => change({ media: on ? 'contacts' : 'ask' })}
      />
    </>
  );
}

function NotificationSection(): ReactNode {
  const { settings, change } = useSettings();
  const [permission, setPermission] = useState(() =>
    'Notification' in globalThis ? Notification.permission : 'denied',
  );
  async function turn(on: boolean): Promise<void> {
    const granted = on && permission === 'default' ? await Notification.requestPermission() : permission;
    setPermission(granted);
    change({ notifications: on && granted === 'granted' });
  }
  return (
    <>
      <Switch
        label={t('notificationsOn')}
        hint={permission === 'denied' ? t('notificationsDenied') : t('notificationsQuiet')}
        checked={settings.notifications && permission === 'granted'}
        disabled={permission === 'denied'}
        onChange={(on) => void turn(on)}
      />
      <Switch
        label={t('notificationsText')}
        checked={settings.notificationText}
        onChange={(notificationText) => change({ notificationText })}
      />
      <Switch label={t('notificationsSound')} checked={settings.sound} onChange={(sound) => change({ sound })} />
    </>
  );
}

function AppearanceSection(): ReactNode {
  const { settings, change } = useSettings();
  const themes = { system: t('themeSystem'), light: t('themeLight'), dark: t('themeDark') };
  return (
    <>
      <fieldset className="field">
        <legend>{t('theme')}</legend>
        {Object.entries(themes).map(([name, text]) => (
          <label key={name} className="radio">
            <input
              type="radio"
              name="theme"
              checked={settings.theme === name}
              onChange={() => change({ theme: name as keyof typeof themes })}
            />
            {text}
          </label>
        ))}
      </fieldset>
      <Switch
        label={t('contrast')}
        checked={settings.contrast === 'more'}
        onChange={(on) => change({ contrast: on ? 'more' : 'system' })}
      />
      <div className="field">
        <label htmlFor="language">{t('language')}</label>
        <select id="language" value={settings.language} onChange={(event) => change({ language: event.target.value })}>
          <option value="">{t('languageSystem')}</option>
          {Object.entries(languages).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Switch label={t('enterSends')} checked={settings.enterSends} onChange={(enterSends) => change({ enterSends })} />
    </>
  );
}

function DeviceSection(): ReactNode {
  const { api } = useAccount();
  const [devices, setDevices] = useState<readonly SignedInDevice[] | 'none'>();
  const [fault, setFault] = useState<unknown>();
  const read = (): void =>
    void api
      .devices()
      .then(setDevices)
      .catch((error: unknown) => {
        if ((error as Error).name === 'StanzaError') setDevices('none');
        else setFault(error);
      });
  useEffect(read, [api]);
  if (fault !== undefined) return <p role="alert">{faultText(fault)}</p>;
  if (devices === undefined) return <Spinner label={t('loading')} />;
  if (devices === 'none') return <p>{t('devicesNone')}</p>;
  return (
    <ul className="devices">
      {devices.map(({ id, software, device, connected, lastSeen, current, byPassword }) => (
        <li key={id}>
          <div>
            <strong>{software ?? t('deviceUnknown')}</strong> {device && <span className="muted">{device}</span>}
            <p className="hint">
              {current
                ? t('deviceThis')
                : connected
                  ? t('deviceConnected')
                  : lastSeen && t('deviceSeen', { when: dateTime(lastSeen) })}
              {byPassword && !current && ` · ${t('devicePassword')}`}
            </p>
          </div>
          {!byPassword && !current && (
            <button
              type="button"
              className="button small danger"
              onClick={() => void api.revoke(id).then(read).catch(setFault)}
            >
              {t('deviceRevoke')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

function DataSection(): ReactNode {
  const account = useAccount();
  const [count, setCount] = useState<number>();
  const [stop, setStop] = useState<AbortController>();
  const [fault, setFault] = useState<unknown>();
  async function run(): Promise<void> {
    const controller = new AbortController();
    setStop(controller);
    setFault(undefined);
    try {
      await exportMessages(account, { signal: controller.signal, onProgress: setCount });
    } catch (error) {
      if (!controller.signal.aborted) setFault(error);
    } finally {
      setStop(undefined);
    }
  }
  return (
    <>
      <p>{t('exportLead')}</p>
      <p role="alert" className="error">
        {fault !== undefined && faultText(fault)}
      </p>
      {stop === undefined ? (
        <button type="button" className="button" onClick={() => void run()}>
          {t('export')}
        </button>
      ) : (
        <div className="actions start">
          <Spinner label={t('exporting', { count: count ?? 0 })} />
          <button type="button" className="button" onClick={() => stop.abort()}>
            {t('cancel')}
          </button>
        </div>
      )}
    </>
  );
}

function AboutSection(): ReactNode {
  const { api } = useAccount();
  const [info, setInfo] = useState<ServerInfo>();
  const [fault, setFault] = useState<unknown>();
  useEffect(() => {
    api.serverInfo().then(setInfo).catch(setFault);
  }, [api]);
  return (
    <>
      <p>{t('aboutClient')}</p>
      <p className="hint">{t('installHint')}</p>
      <h3>{t('aboutServer')}</h3>
      {fault !== undefined ? (
        <p role="alert">{faultText(fault)}</p>
      ) : info === undefined ? (
        <Spinner label={t('loading')} />
      ) : (
        <dl className="about-list">
          <dt>{t('aboutServer')}</dt>
          <dd>{info.domain}</dd>
          {info.software && (
            <>
              <dt>{t('aboutSoftware')}</dt>
              <dd>{info.software}</dd>
            </>
          )}
          <dt>{t('aboutFeatures', { count: info.features.length })}</dt>
          <dd>
            <ul className="features">
              {info.features.map((feature) => (
                <li key={feature}>{feature}</li>
              ))}
            </ul>
          </dd>
        </dl>
      )}
    </>
  );
}
