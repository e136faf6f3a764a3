import { Element } from '@xeps/core';

export { childElements } from '@xeps/core';

/** Makes an element with text or elements inside; attributes that are `undefined` are left out. */
/* @__NO_SIDE_EFFECTS__ */
export function createElement(
  name: string,
  xmlns: string | undefined,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: ReadonlyArray<Element | string> = [],
): Element {
  const given = Object.entries({ xmlns, ...attributes }).filter(([, value]) => value !== undefined);
  const element = new Element(name, Object.fromEntries(given));
  element.append(...children);
  return element;
}
