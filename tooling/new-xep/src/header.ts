// Reads the header of a XEP's source (github.com/xsf/xeps, xep-NNNN.xml).
import { parse } from 'ltx';

/** What the header says that a package needs. */
export interface Header {
  /** Four digits. */
  readonly number: string;
  readonly title: string;
  /** Of the newest revision: the first one listed. */
  readonly version: string;
  /** `Draft`, `Final`, `Experimental` … */
  readonly status: string;
  readonly abstract: string;
  /** The registrar's short name; `undefined` where it has none. */
  readonly shortName: string | undefined;
}

/**
 * Reads the header. The document itself needs the XSF's entity files, so that only this part of it is parsed.
 *
 * @throws Error that says what is missing
 */
export function readHeader(source: string): Header {
  const [text] = /<header>[\s\S]*?<\/header>/.exec(source) ?? [];
  if (text === undefined) throw new Error('no <header/>: this is not the source of a XEP');
  // Entities that the document declares itself are put in; those of the XSF's files (&LEGALNOTICE;, the authors) stand
  // between the elements and are left out. XML's own five stay.
  const declared = new Map<string, string>();
  for (const [, name = '', double, single] of source.matchAll(/<!ENTITY\s+([\w.-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g)) {
    declared.set(name, double ?? single ?? '');
  }
  const entity = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)([\w.-]+);/g;
  const header = parse(text.replace(entity, (_all, name: string) => declared.get(name) ?? '').replace(entity, ''));
  const read = (name: string): string => (header.getChildText(name) ?? '').replace(/\s+/g, ' ').trim();
  const version = header.getChild('revision')?.getChildText('version')?.trim() ?? '';
  const [number, title, status] = [read('number'), read('title'), read('status')];
  if (!/^\d{4}$/.test(number)) throw new Error(`<number/> is "${number}", not four digits`);
  if (title === '') throw new Error('<title/> is missing');
  if (version === '') throw new Error('<revision/> with a <version/> is missing');
  const shortName = read('shortname');
  const named = shortName !== '' && !/^(none|not[ _]yet[ _]assigned|n\/?a|tbd)$/i.test(shortName);
  return { number, title, version, status, abstract: read('abstract'), shortName: named ? shortName : undefined };
}
