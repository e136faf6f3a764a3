/** What strangers wrote, laid out for people. What would steer a terminal is made visible by the output (`output.ts`). */

/** Text on one line, for names, addresses and messages of errors. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ').trim();
}

/** Text whose further lines are indented, so that nobody can make up a line of somebody else. */
export function indented(text: string, indent = '  '): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll('\n', `\n${indent}`);
}
