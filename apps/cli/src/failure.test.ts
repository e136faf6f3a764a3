import { DisconnectedError, StanzaError, TimeoutError, XmppError } from '@xeps/core';
import { JidError } from '@xeps/core/jid';
import { CodecError } from '@xeps/core/schema';
import { XmlError } from '@xeps/core/xml';
import { ConnectionError } from '@xeps/client';
import { SaslError, StreamError } from '@xeps/stream';
import { expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { DataError, failureOf, InterruptedError, OutputClosedError, UsageError } from './failure.ts';

it.each([
  [new UsageError('x'), 64, 'ERR_XEPS_USAGE', undefined],
  [new JidError('local', 'x'), 64, 'ERR_XMPP_JID', undefined],
  [new DataError('x'), 65, 'ERR_XEPS_DATA', undefined],
  [new XmlError('not-well-formed', 'x'), 65, 'ERR_XMPP_XML', 'not-well-formed'],
  [new CodecError('a', 'x'), 65, 'ERR_XMPP_CODEC', undefined],
  [new SaslError('not-authorized', 'x'), 2, 'ERR_XMPP_SASL', 'not-authorized'],
  [new ConnectionError('refused', 'x'), 3, 'ERR_XMPP_CONNECTION', 'refused'],
  [new DisconnectedError('x'), 3, 'ERR_XMPP_DISCONNECTED', undefined],
  [new StanzaError('forbidden'), 4, 'ERR_XMPP_STANZA', 'forbidden'],
  [new StreamError('conflict'), 4, 'ERR_XMPP_STREAM', 'conflict'],
  [new StreamError('host-unknown'), 3, 'ERR_XMPP_STREAM', 'host-unknown'],
  [new TimeoutError('x'), 5, 'ERR_XMPP_TIMEOUT', undefined],
  // A package's own error: as its cause says; without one, the other side's doing.
  [new XmppError('ERR_XMPP_ARCHIVE', 'x', { cause: new TimeoutError('y') }), 5, 'ERR_XMPP_ARCHIVE', undefined],
  [new XmppError('ERR_XMPP_ARCHIVE', 'x'), 4, 'ERR_XMPP_ARCHIVE', undefined],
  [new TypeError('x'), 1, 'ERR_XEPS_INTERNAL', undefined],
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 1, 'ERR_XEPS_INTERNAL', undefined],
  ['x', 1, 'ERR_XEPS_INTERNAL', undefined],
])('%o ends the program with %i', (error, exitCode, code, condition) => {
  const failure = failureOf(error);
  expect(failure).toMatchObject({ exitCode, code });
  expect(failure.condition).toBe(condition);
  expect(failure.message).not.toBe('');
});

it('says nothing when it was told to end, or when nobody listens', () => {
  expect(failureOf(new InterruptedError(exitCodes.interrupted))).toMatchObject({ exitCode: 130, message: '' });
  expect(failureOf(new OutputClosedError('x'))).toMatchObject({ exitCode: 0, message: '' });
});

it('survives an error that is its own cause', () => {
  const error = new XmppError('ERR_XMPP_ARCHIVE', 'x');
  error.cause = error;
  expect(failureOf(error).exitCode).toBe(4);
});
