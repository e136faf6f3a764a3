import { CodecError, integer, string } from '@xeps/core/schema';
import { link } from '@xeps/core/testing';
import { formValues, manyValues, oneValue, resultForm } from '@xeps/xep-0004';
import { disco, discoInfoQuery, getDiscoInfo } from '@xeps/xep-0030';
import { expect, expectTypeOf, it } from 'vitest';
import { findForm, findFormValues, getServiceForms } from './index.ts';

const roomInfo = {
  occupants: oneValue(integer(), 'muc#roominfo_occupants'),
  subject: oneValue(string, 'muc#roominfo_subject'),
};
const NS_ROOM_INFO = 'http://jabber.org/protocol/muc#roominfo';

it('§2 what one entity tells, another reads by its type', async () => {
  const { client, server } = link();
  const ours = server.use(disco);
  ours.addForm(resultForm('urn:other', {}, {}));
  ours.addForm(resultForm(NS_ROOM_INFO, roomInfo, { occupants: 3, subject: 'Spells' }));
  const info = await getDiscoInfo(client);
  const values = findFormValues(info, NS_ROOM_INFO, roomInfo);
  expectTypeOf(values).toEqualTypeOf<{ occupants?: number; subject?: string } | undefined>();
  expect(values).toEqual({ occupants: 3, subject: 'Spells' });
  expect(findFormValues(info, 'urn:none', roomInfo)).toBeUndefined();
  expect(await getServiceForms(client)).toEqual(info.forms);
});

it('§2 a field may have several values, §4 a service several forms', async () => {
  const { client, server } = link();
  const types = { versions: manyValues(string, 'ip_version') };
  server.handle(discoInfoQuery, () => ({
    forms: [resultForm('a', types, { versions: ['ipv4', 'ipv6'] }), resultForm('b', types, { versions: [] })],
  }));
  const forms = await getServiceForms(client, { to: 'montague.lit' });
  expect(forms.map((form) => formValues(form, types).versions)).toEqual([['ipv4', 'ipv6'], []]);
});

it('§2 a form whose FORM_TYPE is not hidden is of no type', () => {
  const form = resultForm('urn:a', {}, {});
  const open = { ...form, fields: form.fields.map((field) => ({ ...field, type: 'text-single' as const })) };
  expect(findForm({ forms: [open] }, 'urn:a')).toBeUndefined();
  expect(findForm({ forms: [open, form] }, 'urn:a')).toBe(form);
});

it('says what is broken', () => {
  const form = resultForm(
    NS_ROOM_INFO,
    { occupants: oneValue(string, 'muc#roominfo_occupants') },
    { occupants: 'many' },
  );
  expect(() => findFormValues({ forms: [form] }, NS_ROOM_INFO, roomInfo)).toThrow(CodecError);
});
