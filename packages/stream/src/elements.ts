import { Element } from '@xeps/core';

/** Makes an element with text or elements inside; attributes that are `undefined` are left out. */
/* @__NO_SIDE_EFFECTS__ */
export function createElement(
  name: string,
  xmlns: string | undefined,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: ReadonlyArray<Element | string> = [],
): Element {
  const element = new Element(name);
  if (xmlns !== undefined) element.attrs['xmlns'] = xmlns;
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.attrs[key] = value;
  for (const child of children) {
    if (typeof child !== 'string') child.parent = element;
    element.children.push(child);
  }
  return element;
}

/** The elements inside an element, without the text between them. */
export function childElements(element: Element): Element[] {
  return element.children.filter((child): child is Element => typeof child !== 'string');
}
