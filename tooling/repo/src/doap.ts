// doap.xml: what the project is and which XEPs it implements, for xmpp.org's lists (XEP-0453).
import { Element } from 'ltx';

import { implemented } from './readme.ts';
import { addressOf, type Package } from './workspace.ts';

/** Namespaces of a DOAP file (XEP-0453 §4.1). */
export const NS_DOAP = 'http://usefulinc.com/ns/doap#';
export const NS_RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
export const NS_XMPP_DOAP = 'https://linkmauve.fr/ns/xmpp-doap#';

/** What the file says of the project itself; from the root's package.json. */
export interface Project {
  readonly name: string;
  readonly description: string;
  readonly homepage: string;
}

function text(name: string, value: string, attrs: Record<string, string> = {}): Element {
  const element = new Element(name, attrs);
  element.t(value);
  return element;
}

function resource(name: string, address: string): Element {
  return new Element(name, { 'rdf:resource': address });
}

/** One element to a line, so that a change of one entry is a change of a few lines. */
function print(element: Element, indent: string): string {
  const children = element.getChildElements();
  if (children.length === 0) return `${indent}${element.toString()}\n`;
  const attributes = Object.entries(element.attrs).map(([name, value]) => ` ${name}="${String(value)}"`);
  const inside = children.map((child) => print(child, `${indent}  `)).join('');
  return `${indent}<${element.name}${attributes.join('')}>\n${inside}${indent}</${element.name}>\n`;
}

/** The whole file. */
export function doap(project: Project, packages: readonly Package[]): string {
  const root = new Element('rdf:RDF', { 'xmlns:rdf': NS_RDF, 'xmlns': NS_DOAP, 'xmlns:xmpp': NS_XMPP_DOAP });
  const description = root.c('Project');
  description.cnode(text('name', project.name));
  description.cnode(text('shortdesc', project.description, { 'xml:lang': 'en' }));
  description.cnode(resource('homepage', project.homepage));
  description.cnode(resource('bug-database', `${project.homepage}/issues`));
  description.cnode(resource('license', 'https://spdx.org/licenses/MIT.html'));
  description.cnode(text('programming-language', 'TypeScript'));
  description.cnode(resource('category', `${NS_XMPP_DOAP}category-library`));
  const repository = description.c('repository').c('GitRepository');
  repository.cnode(resource('browse', project.homepage));
  repository.cnode(resource('location', `${project.homepage}.git`));
  for (const { entry } of implemented(packages)) {
    if (entry.xep === undefined) {
      description.cnode(resource('implements', `https://xmpp.org/rfcs/rfc${entry.rfc ?? ''}.html`));
      continue;
    }
    const xep = description.c('implements').c('xmpp:SupportedXep');
    xep.cnode(resource('xmpp:xep', addressOf(entry)));
    xep.cnode(text('xmpp:status', entry.status));
    if (entry.version !== undefined) xep.cnode(text('xmpp:version', entry.version));
    if (entry.note !== undefined) xep.cnode(text('xmpp:note', entry.note, { 'xml:lang': 'en' }));
  }
  return `<?xml version='1.0' encoding='UTF-8'?>\n${print(root, '')}`;
}
