import { boolean, CodecError, dateTime, integer, jid, string } from '@xeps/core/schema';
import { parseJid } from '@xeps/core/jid';
import { xml } from '@xeps/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataForm,
  fillForm,
  FormError,
  formValues,
  itemValues,
  manyValues,
  oneValue,
  resultForm,
  submitForm,
} from './index.ts';
import type { DataForm, FieldType } from './index.ts';

const fields = {
  with: jid,
  start: dateTime,
  open: boolean,
  max: oneValue(integer(), 'max#value'),
  ids: manyValues(string, '{urn:example}ids'),
  people: manyValues(jid),
  about: string,
};
const read = (...inside: string[]) =>
  formValues(dataForm.decode(xml(`<x xmlns='jabber:x:data' type='submit'>${inside.join('')}</x>`)), fields);
const field = (name: string, ...values: string[]): string =>
  `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;

describe('submitForm and formValues', () => {
  it('write and read typed values', () => {
    const values = {
      with: parseJid('juliet@capulet.lit'),
      start: new Date('2026-01-02T03:04:05Z'),
      open: false,
      max: 3,
      ids: ['a', 'b'],
      people: [parseJid('a@b.example')],
      about: 'two\nlines',
    };
    const form = submitForm('urn:example', fields, values);
    expect(form.type).toBe('submit');
    expect(form.fields[0]).toMatchObject({ name: 'FORM_TYPE', type: 'hidden', values: ['urn:example'] });
    expect(formValues(dataForm.decode(dataForm.encode(form)), fields)).toEqual(values);
  });

  it('§3.3 a text of several lines is a value a line', () => {
    expect(resultForm('urn:example', { about: string }, { about: 'a\r\nb' }).fields[1]?.values).toEqual(['a', 'b']);
  });

  it('§3.3 duplicate addresses are ignored', () => {
    expect(read(field('people', 'A@b.example', 'a@b.example', 'a@c.example')).people?.map(String)).toEqual([
      'a@b.example',
      'a@c.example',
    ]);
  });

  it('§3.5 what is left out is not written, §3.6 null empties a field', () => {
    expect(submitForm('urn:example', fields, { about: null, open: undefined }).fields.slice(1)).toMatchObject([
      { name: 'about', values: [] },
    ]);
  });

  it('§3.6 an absent value is absent, however it is written', () => {
    expect(read('<field var="start"/>', field('max#value', ''), field('about', ''))).toEqual({ about: '' });
  });

  it('§3.1 fields that nobody asked for are passed over, of two the first counts', () => {
    expect(read(field('x', '1'), field('max#value', '1'), field('max#value', '2'), field('constructor', '1'))).toEqual({
      max: 1,
    });
  });

  it('names the field that is broken', () => {
    expect(() => read(field('start', 'yesterday'))).toThrow(CodecError);
    expect(() => read(field('max#value', '1', '2'))).toThrow(/max#value/);
  });

  it('§3.4 reads tables', () => {
    const form = dataForm.decode(
      xml(
        `<x xmlns='jabber:x:data' type='result'><item>${field('max#value', '1')}</item><item>${field('with', 'a.example')}</item></x>`,
      ),
    );
    expect(itemValues(form, fields)).toEqual([{ max: 1 }, { with: parseJid('a.example') }]);
  });

  it('any text survives', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme-ascii' }), { maxLength: 5 }), (all) => {
        const form = submitForm('f', { all: manyValues(string) }, { all });
        expect(formValues(dataForm.decode(dataForm.encode(form)), { all: manyValues(string) })).toEqual({ all });
      }),
    );
  });
});

describe('fillForm', () => {
  const form = (
    ...list: { name?: string; type?: FieldType; required?: boolean; values?: string[]; options?: string[] }[]
  ): DataForm =>
    dataForm.decode(
      dataForm.encode({
        type: 'form',
        fields: list.map(({ options = [], ...rest }) => ({ ...rest, options: options.map((value) => ({ value })) })),
      }),
    );
  const answer = (filled: DataForm): unknown => filled.fields.map(({ name, values }) => [name, values]);

  it('§3.3 gives hidden fields back, §3.5 leaves out what nobody entered', () => {
    const asked = form(
      { name: 'FORM_TYPE', type: 'hidden', values: ['f'] },
      { type: 'fixed', values: ['Hello'] },
      { name: 'a', values: ['1'] },
      { name: 'b' },
    );
    expect(answer(fillForm(asked, { b: 'x' }))).toEqual([
      ['FORM_TYPE', ['f']],
      ['b', ['x']],
    ]);
  });

  it('§3.2 a required field has a value', () => {
    expect(answer(fillForm(form({ name: 'a', required: true, values: ['1'] }), {}))).toEqual([['a', ['1']]]);
    expect(answer(fillForm(form({ name: 'a', type: 'boolean', required: true }), {}))).toEqual([['a', ['false']]]);
    for (const entry of [undefined, '', null]) {
      expect(() => fillForm(form({ name: 'a', required: true }), { a: entry })).toThrow(
        expect.objectContaining({ reason: 'required', field: 'a' }),
      );
    }
  });

  it('§3.3 options are chosen, not invented, and keep their order', () => {
    const asked = form({ name: 'a', type: 'list-multi', options: ['1', '2', '3'] });
    expect(answer(fillForm(asked, { a: ['3', '1'] }))).toEqual([['a', ['1', '3']]]);
    expect(() => fillForm(asked, { a: ['4'] })).toThrow(expect.objectContaining({ reason: 'option' }));
  });

  it('§3.2 only some types hold several values', () => {
    expect(() => fillForm(form({ name: 'a' }), { a: ['1', '2'] })).toThrow(FormError);
    expect(answer(fillForm(form({ name: 'a', type: 'text-multi' }), { a: '1\n2' }))).toEqual([['a', ['1', '2']]]);
  });

  it('§3.1 takes names that the form does not have', () => {
    expect(answer(fillForm(form(), { a: true, constructor: 'x' }))).toEqual([
      ['a', ['true']],
      ['constructor', ['x']],
    ]);
  });
});
