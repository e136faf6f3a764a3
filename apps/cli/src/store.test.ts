import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { storeFolder } from './store.ts';

it('is in the folder for state, of XDG or of Windows', () => {
  expect(storeFolder({ XDG_STATE_HOME: '/var/state', HOME: '/home/juliet' }, 'linux')).toBe('/var/state/xeps');
  expect(storeFolder({ XDG_STATE_HOME: '', HOME: '/home/juliet' }, 'darwin')).toBe('/home/juliet/.local/state/xeps');
  expect(storeFolder({}, 'linux')).toBe(join(homedir(), '.local/state/xeps'));
  expect(storeFolder({ LOCALAPPDATA: 'C:\\Local', XDG_STATE_HOME: '/x' }, 'win32')).toBe(join('C:\\Local', 'xeps'));
});
