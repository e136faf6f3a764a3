import type { Register } from '../command.ts';
import { chat } from './chat.ts';
import { clients } from './clients.ts';
import { decode } from './decode.ts';
import { disco } from './disco.ts';
import { doctor } from './doctor.ts';
import { encode } from './encode.ts';
import { exportCommand } from './export.ts';
import { history } from './history.ts';
import { listen } from './listen.ts';
import { ping } from './ping.ts';
import { raw } from './raw.ts';
import { register } from './register.ts';
import { roster } from './roster.ts';
import { search } from './search.ts';
import { send } from './send.ts';
import { signOut } from './sign-out.ts';
import { sync } from './sync.ts';
import { unread } from './unread.ts';
import { upload } from './upload.ts';
import { version } from './version.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly Register[] = [
  register,
  chat,
  send,
  listen,
  history,
  sync,
  unread,
  search,
  exportCommand,
  upload,
  roster,
  disco,
  ping,
  version,
  raw,
  doctor,
  clients,
  signOut,
  decode,
  encode,
];
