import { existsSync } from 'node:fs';
import { XmppError } from '@xeps/core';
import { createClient, memoryStore } from '@xeps/client';
import type { FileStore } from '@xeps/client';
import { readAccount } from '../account.ts';
import type { Account } from '../account.ts';
import { accountOptions, timeoutOption } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { conversationsFile, removeConversations } from '../conversations.ts';
import { UsageError } from '../failure.ts';
import { connectionOptions, timeoutOf } from '../online.ts';
import type { ConnectOptions } from '../online.ts';
import { openAll } from '../store.ts';

interface SignOutOptions extends ConnectOptions {
  readonly messages?: boolean;
}

/** `xeps sign-out`: nothing of the account is left on this machine. */
export const signOut = defineCommand<SignOutOptions>({
  name: 'sign-out',
  summary: 'Remove what is stored of the account, and have its tokens taken back',
  description: [
    "The next command needs the password again. When the server can't be told, what is stored here is removed all the " +
      'same, and the command ends with the error. What a running command has stays until sign-out is run again. Messages that ' +
      'are stored stay, unless --messages is given.',
    'With --json: {"type":"signed-out","jid","left"?:NUMBER} (so many running commands)',
  ],
  examples: [
    ['xeps sign-out --jid juliet@example.org', 'the next command needs the password'],
    ['xeps sign-out --jid juliet@example.org --messages', 'on a machine that others will use'],
  ],
  setup: (command) =>
    timeoutOption(accountOptions(command.option('--messages', 'remove the messages that are stored here, too'))),
  async run({ options, environment, output, signal }) {
    if (options.store === false) throw new UsageError('sign-out removes what is stored: leave --no-store out');
    const account = await readAccount(options, environment);
    const jid = String(account.jid.bare());
    const timeout = timeoutOf(options);
    let left = 0;
    let failure: unknown;
    for (const store of openAll(environment)) {
      if (store === undefined) {
        left += 1;
        continue;
      }
      try {
        // A server that could not be told once is not asked again.
        if (failure === undefined) await takeBack(account, store, timeout, signal);
      } catch (error) {
        failure = error;
      } finally {
        await store.credentials.delete(jid);
        (await store.streams.open(jid)).save(undefined);
      }
    }
    if (options.messages === true) removeConversations(account, environment);
    else if (existsSync(conversationsFile(account, environment)))
      output.note(`messages stay in ${conversationsFile(account, environment)}: --messages removes them`);
    if (failure !== undefined) {
      const why = failure instanceof Error ? failure.message : String(failure);
      throw new XmppError('ERR_XEPS_SIGN_OUT', `removed here, but the token could not be taken back: ${why}`, {
        cause: failure,
      });
    }
    if (left > 0) output.note('another xeps command is running: what it signs in by stays until sign-out is run again');
    await output.result({ type: 'signed-out', jid, ...(left > 0 && { left }) }, `signed out ${jid}`);
  },
});

/** Has the server take back the token, if there is one. */
async function takeBack(account: Account, store: FileStore, timeout: number, signal: AbortSignal): Promise<void> {
  const jid = String(account.jid.bare());
  const { credentials } = store;
  const stored = await credentials.load(jid);
  if (stored?.token === undefined) return;
  // The session that a listen left is not resumed: what waits in it would be lost.
  const { streams } = memoryStore();
  const client = createClient({
    ...connectionOptions(account, timeout),
    store: { credentials, streams },
    reconnect: false,
  });
  try {
    await client.start({ signal });
    await client.signOut();
  } catch (error) {
    // One that the server refused is none any more.
    if (signal.aborted || (await credentials.load(jid))?.token !== undefined) throw error;
  } finally {
    await client.stop();
  }
}
