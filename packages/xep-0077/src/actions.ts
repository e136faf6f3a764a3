import type { RequestOptions, Session } from '@xeps/core';
import type { Jid } from '@xeps/core/jid';
import { StreamError } from '@xeps/stream';
import type { DataFormInput } from '@xeps/xep-0004';
import { answerRegistration } from './answer.ts';
import type { RegistrationEntries } from './answer.ts';
import { RegistrationError } from './errors.ts';
import { registerQuery, registrationQuery } from './schema.ts';
import type { Registration } from './schema.ts';

/** Whom to register with. */
export interface RegistrationOptions extends RequestOptions {
  /** What the host asks for, where that is known from {@link getRegistration}; it is asked when left out. */
  readonly asked?: Registration | undefined;
}

/**
 * Asks a service what it wants to know for a registration (§3.1), and what it has on file where `registered` says so.
 * Rejects as `session.request` does; `service-unavailable` means that one can't register there.
 */
export function getRegistration(session: Session, options: RequestOptions = {}): Promise<Registration> {
  return session.request(registrationQuery, {}, options);
}

/**
 * Registers with a service such as a gateway (§3.1), or changes what it has on file. Accounts are registered before signing
 * in: `registerAccount`.
 *
 * Rejects with `RegistrationError`, `FormError`, `StanzaError` (`conflict`: the name is taken; `not-acceptable`: something
 * does not please), and as `session.request` does.
 */
export async function register(
  session: Session,
  entries: RegistrationEntries,
  { asked, ...options }: RegistrationOptions = {},
): Promise<void> {
  const known = asked ?? (await getRegistration(session, options));
  await session.request(registerQuery, answerRegistration(known, entries), options);
}

/** How to cancel a registration. */
export interface CancelOptions extends RequestOptions {
  /** The filled form that the service wants for it (§3.2). */
  readonly form?: DataFormInput | undefined;
}

/**
 * Cancels a registration (§3.2): with the service `to`; without it, **deletes the account** and ends all its sessions.
 * Rejects with `StanzaError` (`not-allowed`, `forbidden`, `registration-required`), and as `session.request` does.
 */
export async function cancelRegistration(session: Session, { form, ...options }: CancelOptions = {}): Promise<void> {
  try {
    await session.request(registerQuery, form === undefined ? { remove: true } : { form }, options);
  } catch (error) {
    // §3.2: an account that is no more is told so by the end of its stream, which may come before the answer.
    if (
      options.to === undefined &&
      error instanceof StreamError &&
      error.by === 'peer' &&
      error.condition === 'not-authorized'
    )
      return;
    throw error;
  }
}

/** How to change a password. */
export interface PasswordOptions extends RequestOptions {
  /** The name on file; that of the account when left out. */
  readonly username?: string | undefined;
  /** The filled form that the service wants for it (§3.3), in place of name and password. */
  readonly form?: DataFormInput | undefined;
}

/**
 * Changes the password of the account, or of the registration with the service `to` (§3.3). The password goes over the
 * stream as it is: only on one that is encrypted.
 *
 * Rejects with `RegistrationError` for an empty password, with `StanzaError` (`not-authorized`: the stream is not safe
 * enough; `not-allowed`: not this way), and as `session.request` does.
 */
export async function changePassword(
  session: Session,
  password: string,
  { username, form, ...options }: PasswordOptions = {},
): Promise<void> {
  // §3.3: the host keeps the old one then, and says that all is well.
  if (password === '' && form === undefined)
    throw new RegistrationError('incomplete', 'the new password is empty', { fields: ['password'] });
  const to: Jid | string = options.to ?? session.jid.domain;
  const fields = { username: username ?? session.jid.local, password };
  await session.request(registerQuery, form === undefined ? fields : { form }, { ...options, to });
}
