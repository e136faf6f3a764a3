/** What the user has chosen, in all tabs. */
import { createContext, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { loadSettings, onSettings, saveSettings } from '../backend/profile.ts';
import type { Settings } from '../backend/profile.ts';
import { chooseLanguage, speak } from '../i18n/index.ts';

/** The settings, and how to change them. */
export interface SettingsHandle {
  readonly settings: Settings;
  change(part: Partial<Settings>): void;
}

const SettingsContext = createContext<SettingsHandle | undefined>(undefined);

/** The settings; within a `SettingsProvider`. */
export function useSettings(): SettingsHandle {
  const handle = useContext(SettingsContext);
  if (handle === undefined) throw new Error('there are no settings here');
  return handle;
}

/** Gives what is within the settings, and makes the page look and speak as they say. */
export function SettingsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [settings, setSettings] = useState(loadSettings);
  const [spoken, setSpoken] = useState<string>();
  const { theme, contrast, language } = settings;

  useEffect(() => onSettings(setSettings), []);
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset['theme'] = theme;
    dataset['contrast'] = contrast;
  }, [theme, contrast]);
  useEffect(() => {
    let closed = false;
    const wanted = chooseLanguage(language);
    speak(wanted)
      .then(() => closed || setSpoken(wanted))
      .catch((error: unknown) => console.warn(error));
    return () => void (closed = true);
  }, [language]);

  if (spoken === undefined) return null;
  const change = (part: Partial<Settings>): void => {
    const next = { ...settings, ...part };
    saveSettings(next);
    setSettings(next);
  };
  return (
    <SettingsContext key={spoken} value={{ settings, change }}>
      {children}
    </SettingsContext>
  );
}
