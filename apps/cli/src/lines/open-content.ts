/** What a decoded payload leaves open: elements that its schema keeps as they are. */
import type { Element } from '@xeps/core';
import type { AnySchema } from '@xeps/core/schema';

/** An element in open content, with the names of the elements around it. */
export interface OpenElement {
  readonly path: readonly string[];
  readonly element: Element;
}

/**
 * The open elements in a decoded value. They are those that the value's JSON holds, which is why this follows the value
 * and not the XML that it came from.
 */
export function* openContent(schema: AnySchema, value: unknown, path: readonly string[] = []): Generator<OpenElement> {
  const form = schema['~form']();
  if (form.kind === 'alias') yield* openContent(form.schema, value, path);
  else if (form.kind === 'mapped') yield* openContent(form.schema, form.encode(value), path);
  else if (form.kind === 'choice') {
    const { type, value: inner } = value as { readonly type: string; readonly value: unknown };
    yield* openContent(form.variants[type]!, inner, path);
  } else if (form.kind === 'element') {
    const inside = [...path, schema['~headers']()[0]!.name];
    for (const [key, { form: field }] of Object.entries(form.fields)) {
      const item = (value as Readonly<Record<string, unknown>>)[key];
      if (item === undefined) continue;
      if (field.kind === 'child') yield* openContent(field.schema, item, inside);
      else if (field.kind === 'children')
        for (const one of item as readonly unknown[]) yield* openContent(field.schema, one, inside);
      else if (field.kind === 'rest') for (const element of item as readonly Element[]) yield { path: inside, element };
    }
  }
}
