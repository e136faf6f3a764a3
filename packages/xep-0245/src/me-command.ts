/** §2: how the body of an action begins. */
const COMMAND = '/me ';

/**
 * What somebody does, when a body is an action (§2): `shrugs` for `/me shrugs`. Only the very first four characters count;
 * any other body gives `undefined`.
 *
 * Offsets of other specifications count the body with the command, which is four characters (XEP-0426 §2).
 */
export function meAction(body: string): string | undefined {
  return body.startsWith(COMMAND) ? body.slice(COMMAND.length) : undefined;
}

/**
 * A body as plain text shows it (§2): `* Atlas shrugs` for the `/me shrugs` of Atlas, any other as it is. `name` is what
 * the reader knows the sender by, and not what the sender says. Richer displays take `meAction` and set name and action in
 * italics.
 *
 * One asterisk belongs to actions alone (§5): anybody can write `/me has left the room`.
 */
export function showMeAction(body: string, name: string): string {
  const action = meAction(body);
  return action === undefined ? body : `* ${name} ${action}`;
}
