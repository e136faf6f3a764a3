import { xml } from '@xeps/core/testing';
import { examplesOf } from '@xeps/examples';
import { messageBody } from '@xeps/rfc-6121';
import { expect, it } from 'vitest';
import { meAction } from '../src/index.ts';

/** What the bodies of the printed examples with such a caption do; bodies of XHTML are none of a message. */
const actions = (caption: string): (string | undefined)[] =>
  examplesOf('0245')
    .filter((example) => example.caption.startsWith(caption))
    .flatMap(({ xml: text }) => {
      const root = xml(`<examples>${text}</examples>`);
      const message = root.getChild('message') ?? root;
      return messageBody.findAll(message).map((body) => meAction(body.text));
    });

it('§2, §3 the printed commands are commands', () => {
  expect(actions('XMPP Stanza').filter((action) => action !== 'shrugs in disgust')).toEqual([]);
});

it('§2 the printed non-commands are none', () => {
  expect(actions('Some Non-Commands').filter((action) => action !== undefined)).toEqual([]);
});
