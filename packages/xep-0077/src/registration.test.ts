import { createSession, isStanzaError, StanzaError, TimeoutError } from '@xeps/core';
import { link, roundTrip } from '@xeps/core/testing';
import { StreamError } from '@xeps/stream';
import { FormError, newField } from '@xeps/xep-0004';
import type { DataFormInput } from '@xeps/xep-0004';
import { expect, it } from 'vitest';
import {
  answerRegistration,
  cancelRegistration,
  changePassword,
  getRegistration,
  NS_REGISTER,
  register,
  registerQuery,
  registration,
  RegistrationError,
  registrationFields,
  registrationQuery,
  requestedFields,
} from './index.ts';
import type { Registration, RegistrationInput } from './index.ts';

it('§14.1 text and value are the same thing, every field in its place', () => {
  const fields = registrationFields.map((name) => `<${name}>${name} x</${name}>`).join('');
  const text = `<query xmlns="${NS_REGISTER}"><registered/><instructions>Say.</instructions>${fields}<x xmlns="jabber:x:data" type="form"/><x xmlns="jabber:x:oob"><url>https://a.example/</url></x></query>`;
  const trip = roundTrip(registration, text);
  expect(trip.output).toBe(trip.input);
  expect(trip.value).toMatchObject({
    registered: true,
    remove: false,
    username: 'username x',
    key: 'key x',
    oob: { url: 'https://a.example/' },
  });
  expect(roundTrip(registration, `<query xmlns="${NS_REGISTER}"><remove/></query>`).output).toBe(
    `<query xmlns="${NS_REGISTER}"><remove/></query>`,
  );
});

const read = (input: RegistrationInput): Registration => registration.decode(registration.encode(input));
const form: DataFormInput = {
  type: 'form',
  fields: [
    newField('FORM_TYPE', [NS_REGISTER], 'hidden'),
    { ...newField('username', [], 'text-single'), required: true },
    newField('x-why', [], 'text-single'),
  ],
};
const caught = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

it('§3.1 an empty field is asked for', () => {
  const asked = read({ instructions: 'x', username: '', password: '' });
  expect(requestedFields(asked)).toEqual(['username', 'password']);
  expect(answerRegistration(asked, { username: 'bill', password: 'Calliope', email: 'not asked for' })).toEqual({
    username: 'bill',
    password: 'Calliope',
  });
});

it('§3.1 what is missing is said before the host is troubled', () => {
  for (const entries of [{ username: 'bill' }, { username: 'bill', password: '' }]) {
    expect(caught(() => answerRegistration(read({ username: '', password: '' }), entries))).toMatchObject({
      reason: 'incomplete',
      fields: ['password'],
    });
  }
  expect(caught(() => answerRegistration(read({ form }), { 'x-why': 'because' }))).toMatchObject({
    name: 'RegistrationError',
    reason: 'incomplete',
    fields: ['username'],
  });
});

it('§6 the form goes before the fields, the fields before the address, and never two of them', () => {
  const entries = { username: 'bill', password: 'Calliope' };
  const withForm = answerRegistration(
    read({ form, username: '', password: '', oob: { url: 'https://a.example/' } }),
    entries,
  );
  expect(Object.keys(withForm)).toEqual(['form']);
  expect(withForm.form!.type).toBe('submit');
  expect(withForm.form!.fields!.map(({ name, values }) => [name, values])).toEqual([
    ['FORM_TYPE', [NS_REGISTER]],
    ['username', ['bill']],
    ['password', ['Calliope']],
  ]);
  expect(answerRegistration(read({ username: '', oob: { url: 'https://a.example/' } }), entries)).toEqual({
    username: 'bill',
  });
});

it('§5 says where one registers instead', () => {
  const asked = read({ instructions: ' Visit us ', oob: { url: 'https://a.example/' } });
  expect(caught(() => answerRegistration(asked, {}))).toMatchObject({
    reason: 'elsewhere',
    url: 'https://a.example/',
    instructions: ' Visit us ',
  });
  expect(caught(() => answerRegistration(read({ instructions: 'Ask the gaoler' }), {}))).toMatchObject({
    reason: 'elsewhere',
    url: undefined,
  });
  expect(caught(() => answerRegistration(read({}), {}))).toMatchObject({ reason: 'not-offered' });
});

it('§7 the key is given back as it came', () => {
  expect(answerRegistration(read({ username: '', key: 'a1' }), { username: 'bill', key: 'forged' })).toEqual({
    username: 'bill',
    key: 'a1',
  });
});

it('§4 a value that does not fit the form is a FormError', () => {
  const list: DataFormInput = {
    type: 'form',
    fields: [{ ...newField('x-gender', [], 'list-single'), options: [{ value: 'M' }, { value: 'F' }] }],
  };
  expect(caught(() => answerRegistration(read({ form: list }), { 'x-gender': 'Q' }))).toBeInstanceOf(FormError);
});

it('§3.1 asks a service and registers with it', async () => {
  const { client, server } = link();
  const got: unknown[] = [];
  server.handle(registrationQuery, () => ({ username: '', password: '' }));
  server.handle(registerQuery, ({ username, password }) => {
    if (username === 'taken') throw new StanzaError('conflict');
    got.push([username, password]);
  });
  const to = 'contests.shakespeare.lit';
  expect((await getRegistration(client, { to })).registered).toBe(false);
  await register(client, { username: 'bill', password: 'Calliope' }, { to });
  expect(got).toEqual([['bill', 'Calliope']]);
  await expect(register(client, { username: 'taken', password: 'x' }, { to })).rejects.toSatisfy((error) =>
    isStanzaError(error, 'conflict'),
  );
  await expect(register(client, {}, { to })).rejects.toBeInstanceOf(RegistrationError);
  expect(got).toHaveLength(1);
});

it('does not believe an answer of somebody else', async () => {
  const { client, server, inject, wire } = link();
  server.handle(registrationQuery, () => new Promise<never>(() => undefined));
  const asked = getRegistration(client, { to: 'contests.shakespeare.lit', timeout: 20 });
  const id = /id="([^"]+)"/.exec(wire.at(-1)!)![1]!;
  inject(
    `<iq type='result' id='${id}' from='mallory@evil.example'><query xmlns='${NS_REGISTER}'><password/></query></iq>`,
  );
  await expect(asked).rejects.toBeInstanceOf(TimeoutError);
});

it('§3.2 cancels, with nothing else in the request and no address for the own account', async () => {
  const { client, server, wire } = link();
  server.handle(registerQuery, ({ remove, form: filled }) => {
    if (!remove && filled === undefined) throw new StanzaError('bad-request');
  });
  await cancelRegistration(client);
  expect(wire[0]).not.toContain(' to=');
  expect(wire[0]).toContain(`<query xmlns="${NS_REGISTER}"><remove/></query>`);
  await cancelRegistration(client, { to: 'contests.shakespeare.lit', form: { type: 'submit' } });
  expect(wire.at(-2)).not.toContain('<remove');
});

it('§3.3 changes the password of the account, never to an empty one', async () => {
  const { client, server, wire } = link();
  server.handle(registerQuery, ({ password }) => {
    if (password === 'weak') throw new StanzaError('not-acceptable');
  });
  await changePassword(client, 'newpass');
  expect(wire[0]).toContain('to="montague.lit"');
  expect(wire[0]).toContain('<username>romeo</username><password>newpass</password>');
  await expect(changePassword(client, 'weak')).rejects.toSatisfy((error) => isStanzaError(error, 'not-acceptable'));
  await expect(changePassword(client, '')).rejects.toMatchObject({ reason: 'incomplete' });
  await changePassword(client, '', { form: { type: 'submit', fields: [newField('password', ['x'])] } });
  expect(wire.filter((line) => line.startsWith('C'))).toHaveLength(3);
});

it.each([
  ['an account that is no more', undefined, new StreamError('not-authorized', { by: 'peer' }), true],
  ['a stream that this side ended', undefined, new StreamError('not-authorized'), false],
  ['a server that goes down', undefined, new StreamError('system-shutdown', { by: 'peer' }), false],
  [
    'a registration with a service',
    'contests.shakespeare.lit',
    new StreamError('not-authorized', { by: 'peer' }),
    false,
  ],
])('§3.2 the end of the stream is an answer for %s or not', async (_what, to, end, cancelled) => {
  const {
    session,
    online,
    end: finish,
  } = createSession({ jid: 'romeo@montague.lit', write: () => Promise.resolve({ acked: Promise.resolve() }) });
  online(session.jid);
  const cancelling = cancelRegistration(session, to === undefined ? {} : { to });
  finish(end);
  if (cancelled) await expect(cancelling).resolves.toBeUndefined();
  else await expect(cancelling).rejects.toBe(end);
});
