/** What strangers wrote, laid out for people. What would steer a terminal is made visible by the output (`output.ts`). */

/** Text on one line, for names, addresses and messages of errors. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ').trim();
}

/** Text whose further lines are indented, so that nobody can make up a line of somebody else. */
export function indented(text: string, indent = '  '): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replaceAll('\n', `\n${indent}`);
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function columns(rows: ReadonlyArray<readonly string[]>): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}

/** A number of bytes as people write it: `256 KiB`, `10 MiB`. */
export function byteSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${Math.round(size * 10) / 10} ${units[unit]!}`;
}

/** A time as people write it, in the time zone of this machine: `2026-05-01 09:30`. */
export function localTime(time: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}
