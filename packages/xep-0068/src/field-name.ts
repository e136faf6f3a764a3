/** A field name taken apart (§3.4). */
export interface FieldName {
  /** The namespace when the name carries one; otherwise the field belongs to its form's FORM_TYPE. */
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The name of a field that somebody adds to a form of another's FORM_TYPE, in Clark notation (§3.4):
 * `{http://example.com/pubsub}time_restrictions`.
 *
 * @throws RangeError when the namespace is empty or holds a brace, which the notation can't express.
 */
export function extensionFieldName(namespace: string, name: string): string {
  if (namespace === '' || /[{}]/.test(namespace))
    throw new RangeError(`“${namespace}” can't be a field's namespace: it is empty or holds a brace`);
  return `{${namespace}}${name}`;
}

/** Takes a field name apart (§3.4). Never throws: what is no Clark notation is a plain name. */
export function parseFieldName(text: string): FieldName {
  const end = text.indexOf('}');
  if (!text.startsWith('{') || end <= 1 || text.slice(1, end).includes('{')) return { name: text };
  return { namespace: text.slice(1, end), name: text.slice(end + 1) };
}
