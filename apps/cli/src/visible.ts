/** Text that can't steer a terminal: control characters other than line feed and tab are shown by name. */
export function visible(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex
    /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** The same on one line, and without what turns the direction of what stands behind it: for names. */
export function visibleName(text: string): string {
  return visible(text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '').replaceAll(/[\s\u2028\u2029]+/g, ' ')).trim();
}
