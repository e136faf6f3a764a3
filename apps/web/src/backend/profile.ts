/** Who is signed in here, and what the user wants; in localStorage, for all tabs. */

/** An account that this browser knows. The password is not kept: tokens and keys are, by the client's own store. */
export interface Profile {
  readonly address: string;
  /** Where the server is, when it was said by hand. */
  readonly service?: string;
}

/** What the user has chosen. */
export interface Settings {
  readonly theme: 'system' | 'light' | 'dark';
  readonly contrast: 'system' | 'more';
  readonly language: string;
  /** Others learn that a message has arrived, and was read. */
  readonly receipts: boolean;
  readonly markers: boolean;
  readonly typing: boolean;
  /** Whether and how one is there, for contacts. */
  readonly show: 'available' | 'chat' | 'away' | 'xa' | 'dnd';
  readonly notifications: boolean;
  /** Notifications say who wrote, and what. */
  readonly notificationText: boolean;
  readonly sound: boolean;
  /** Pictures are fetched without being asked for: from contacts, from everybody, from nobody. */
  readonly media: 'contacts' | 'ask';
  readonly enterSends: boolean;
}

/** What holds until the user says otherwise. */
const usualSettings: Settings = {
  theme: 'system',
  contrast: 'system',
  language: '',
  receipts: true,
  markers: true,
  typing: true,
  show: 'available',
  notifications: false,
  notificationText: true,
  sound: false,
  media: 'ask',
  enterSends: true,
};

const profileKey = 'xeps-web profile';
const settingsKey = 'xeps-web settings';

function read<T>(key: string): Partial<T> | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch (error) {
    // The choice holds as long as the page.
    console.warn(error);
  }
}

/** The account that is signed in; undefined when none is. */
export function loadProfile(): Profile | undefined {
  const { address, service } = read<Profile>(profileKey) ?? {};
  return typeof address === 'string' ? { address, ...(typeof service === 'string' && { service }) } : undefined;
}

/** Keeps it, or forgets it. */
export const saveProfile = (profile: Profile | undefined): void => write(profileKey, profile);

/** What the user has chosen, and what is usual for the rest. */
export function loadSettings(): Settings {
  const stored = read<Settings>(settingsKey) ?? {};
  return Object.fromEntries(
    Object.entries(usualSettings).map(([name, usual]) => {
      const value = stored[name as keyof Settings];
      return [name, typeof value === typeof usual ? value : usual];
    }),
  ) as unknown as Settings;
}

/** Keeps it. */
export const saveSettings = (settings: Settings): void => write(settingsKey, settings);

/** Hears of what another tab has chosen. */
export function onSettings(listener: (settings: Settings) => void): () => void {
  const heard = ({ key }: StorageEvent): void => {
    if (key === settingsKey) listener(loadSettings());
  };
  addEventListener('storage', heard);
  return () => removeEventListener('storage', heard);
}
