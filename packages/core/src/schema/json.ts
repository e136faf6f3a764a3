import { parseElement, serialize } from '../xml/index.ts';
import { CodecError, withPath } from './errors.ts';
import type { AnyField, FieldForm } from './field.ts';
import type { AnySchema, Infer, InferInput } from './schema.ts';
import type { TextCodec } from './text.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A decoded value as JSON. Dates, addresses and bytes become the text that stands in the XML, texts by language an
 * object with `''` for no language, open content (`rest`) its XML.
 */
export function toJson<S extends AnySchema>(schema: S, value: Infer<S>): Json {
  return schemaToJson(schema, value);
}

/** The value that {@link toJson} came from, ready for `encode`. Throws `CodecError` when the JSON is of another shape. */
export function fromJson<S extends AnySchema>(schema: S, json: Json): InferInput<S> & Infer<S> {
  return schemaFromJson(schema, json) as InferInput<S> & Infer<S>;
}

function schemaToJson(schema: AnySchema, value: unknown): Json {
  const form = schema['~form']();
  switch (form.kind) {
    case 'name':
      return value as string;
    case 'alias':
      return schemaToJson(form.schema, value);
    case 'mapped':
      return schemaToJson(form.schema, form.encode(value));
    case 'choice': {
      const { type, value: inner } = value as { type: string; value: unknown };
      return { type, value: schemaToJson(form.variants[type]!, inner) };
    }
    case 'element': {
      const out: Record<string, Json> = {};
      for (const [key, field] of Object.entries(form.fields)) {
        const item = (value as Record<string, unknown>)[key];
        if (item !== undefined) out[key] = fieldToJson(field.form, item);
      }
      return out;
    }
  }
}

function fieldToJson(form: FieldForm, value: unknown): Json {
  switch (form.kind) {
    case 'flag':
      return value as boolean;
    case 'value':
      return form.codec.json === true ? (value as Json) : form.codec.encode(value);
    case 'values':
      return (value as unknown[]).map((item) => (form.codec.json === true ? (item as Json) : form.codec.encode(item)));
    case 'langs':
      return Object.fromEntries(value as ReadonlyMap<string, string>);
    case 'child':
      return schemaToJson(form.schema, value);
    case 'children':
      return (value as unknown[]).map((item) => schemaToJson(form.schema, item));
    case 'rest':
      return (value as Parameters<typeof serialize>[0][]).map((item) => serialize(item));
  }
}

function schemaFromJson(schema: AnySchema, json: Json): unknown {
  const form = schema['~form']();
  switch (form.kind) {
    case 'name':
      return json;
    case 'alias':
      return schemaFromJson(form.schema, json);
    case 'mapped':
      return form.decode(schemaFromJson(form.schema, json));
    case 'choice': {
      const { type, value } = object(json);
      const variant = form.variants[String(type)];
      if (variant === undefined || value === undefined)
        throw new CodecError('type', `expected one of ${Object.keys(form.variants).join(', ')}`);
      return { type, value: schemaFromJson(variant, value) };
    }
    case 'element': {
      const source = object(json);
      const out: Record<string, unknown> = {};
      for (const [key, field] of Object.entries(form.fields)) {
        if (!Object.hasOwn(source, key)) {
          const value = absent(field);
          if (value !== undefined) out[key] = value;
          else if (field.presence === 'required') throw new CodecError(key, 'missing');
          continue;
        }
        try {
          out[key] = fieldFromJson(field, source[key]!);
        } catch (fault) {
          throw withPath(key, fault);
        }
      }
      return out;
    }
  }
}

function fieldFromJson({ form }: AnyField, json: Json): unknown {
  switch (form.kind) {
    case 'flag':
      return json;
    case 'value':
      return single(form.codec, json);
    case 'values':
      return list(json).map((item) => single(form.codec, item));
    case 'langs':
      return new Map(Object.entries(object(json)).map(([lang, content]) => [lang, word(content)]));
    case 'child':
      return schemaFromJson(form.schema, json);
    case 'children':
      return list(json).map((item) => schemaFromJson(form.schema, item));
    case 'rest':
      return list(json).map((item) => {
        const element = parseElement(word(item));
        // In no namespace, not in that of whatever it is put into.
        element.attrs['xmlns'] ??= '';
        return element;
      });
  }
}

/** What decoding gives where the XML has nothing. */
function absent(field: AnyField): unknown {
  if (field.presence !== 'defaulted') return undefined;
  if (field.form.kind === 'langs') return new Map();
  return field.fallback ?? (field.form.kind === 'value' || field.form.kind === 'child' ? undefined : []);
}

function single(codec: TextCodec<unknown>, json: Json): unknown {
  if (codec.json !== true) return codec.decode(word(json));
  if (typeof json === 'object') throw new CodecError('', 'expected a JSON string, number or boolean');
  return json;
}

function object(json: Json): { readonly [key: string]: Json } {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as { readonly [key: string]: Json };
  throw new CodecError('', 'expected a JSON object');
}

function list(json: Json): readonly Json[] {
  if (Array.isArray(json)) return json as readonly Json[];
  throw new CodecError('', 'expected a JSON array');
}

function word(json: Json): string {
  if (typeof json === 'string') return json;
  throw new CodecError('', 'expected a JSON string');
}
