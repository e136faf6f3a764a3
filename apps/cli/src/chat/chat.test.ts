import { PassThrough } from 'node:stream';
import { link } from '@xeps/core/testing';
import type { Link } from '@xeps/core/testing';
import { createIm } from '@xeps/im';
import { memoryStore } from '@xeps/im/memory';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createOutput } from '../output.ts';
import { createChat } from './chat.ts';
import type { Chat } from './chat.ts';

const juliet = 'juliet@capulet.lit';

interface Open extends Link {
  readonly chat: Chat;
  /** Types a line. */
  say(line: string): void;
  /** Waits until what was written since the last time is what is expected. */
  hears(expected: (text: string) => void): Promise<void>;
}

/** A chat of Romeo with Juliet, over a pipe. */
async function open(json: boolean): Promise<Open> {
  const couple = link({ client: 'romeo@montague.lit/orchard' });
  const store = memoryStore();
  const im = createIm(couple.client, { store });
  const [input, written] = [new PassThrough(), new PassThrough()];
  let text = '';
  written.on('data', (chunk) => (text += String(chunk).replaceAll(/\d\d:\d\d/g, 'TIME')));
  const output = createOutput({ stdout: written, stderr: written }, json);
  const ending = new AbortController();
  const context = { args: [], options: {}, output, input, environment: {}, signal: ending.signal };
  const chat = createChat(context, juliet, 20);
  onTestFinished(async () => {
    ending.abort();
    chat.close();
    await im.close();
  });
  await chat.open({ im, store, own: 'romeo@montague.lit', nameOf: (address) => address.split('@')[0]! });
  chat.setOnline(true);
  await chat.follow();
  chat.read().catch(() => undefined);
  return {
    ...couple,
    chat,
    say: (line) => void input.write(`${line}\n`),
    async hears(expected) {
      await vi.waitFor(() => expected(text), { timeout: 2_000, interval: 10 });
      text = '';
    },
  };
}

const from = (id: string, body: string, more = ''): string =>
  `<message type='chat' from='${juliet}/balcony' to='romeo@montague.lit' id='${id}'><body>${body}</body>${more}</message>`;

const read = (text: string): Record<string, string>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);

it('a spoiler is hidden until it is asked for', async () => {
  const { inject, say, hears } = await open(false);
  inject(from('1', 'Both of them die', `<spoiler xmlns='urn:xmpp:spoiler:0'>the end</spoiler>`));
  await hears((text) => expect(text).toBe('1 TIME juliet: (spoiler: the end; /show 1)\n'));
  say('/show');
  await hears((text) => expect(text).toBe('1 TIME juliet: Both of them die\n'));
});

it('nobody but its author edits or takes back a message, and no text steers the terminal', async () => {
  const { inject, say, hears } = await open(false);
  inject(from('1', 'hi&#x9b;31m&#xa;2 21:04 ◉ romeo: I owe you'));
  await hears((text) => expect(text).toBe('1 TIME juliet: hi\\x9b31m\n    2 TIME ◉ romeo: I owe you\n'));
  say('mine');
  await hears((text) => expect(text).toBe('2 TIME ✓ romeo: mine\n'));
  inject(
    from('3', 'forged', `<replace xmlns='urn:xmpp:message-correct:0' id='1'/>`).replace(juliet, 'tybalt@capulet.lit'),
  );
  const wrong = ['/edit 1 x', '/retract 1', '/edit', '/retry', '/react 9 👍', '/react nice', '/reply', '/show', '/me'];
  wrong.forEach(say);
  await hears((text) => expect(text).toMatch(/^(xeps: .*\n){9}$/));
  inject(from('4', 'the end'));
  await hears((text) => expect(text).toBe('3 TIME juliet: the end\n'));
});

it('a message that comes back is told, sent again, and fails the chat', async () => {
  const { inject, say, hears, wire, chat } = await open(false);
  say('hello?');
  await hears((text) => expect(text).toBe('1 TIME ✓ romeo: hello?\n'));
  await chat.checkDelivered();
  const id = /<body>hello\?<\/body>.*?<origin-id [^>]*id="([^"]+)"/.exec(wire.join(''))![1]!;
  inject(
    `<message type='error' from='${juliet}' to='romeo@montague.lit' id='${id}'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
  );
  await hears((text) =>
    expect(text).toBe('✗ 1 “hello?” was not delivered: resource-constraint. /retry 1 sends it again.\n'),
  );
  await expect(chat.checkDelivered()).rejects.toMatchObject({
    code: 'ERR_XEPS_NOT_DELIVERED',
    condition: 'resource-constraint',
  });
  say('/retry');
  await vi.waitFor(() => expect(wire.join('').match(/<body>hello\?<\/body>/g)).toHaveLength(2));
  await vi.waitFor(() => chat.checkDelivered());
});

it('--json: a line for each thing that happens, and messages are named by key or id', async () => {
  const { inject, say, hears } = await open(true);
  inject(from('first', 'Wherefore art thou?'));
  await hears((text) =>
    expect(read(text)).toMatchObject([
      { type: 'message', id: 'first', body: 'Wherefore art thou?', direction: 'received' },
    ]),
  );
  inject(
    `<message type='chat' from='${juliet}/x'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>`,
  );
  await hears((text) => expect(read(text)).toEqual([{ type: 'typing', conversation: juliet, state: 'composing' }]));
  say('/reply first Here');
  let key = '';
  await hears((text) => {
    const lines = read(text);
    expect(lines[0]).toMatchObject({ type: 'message', body: 'Here', replyTo: 'first' });
    expect(lines.at(-1)).toMatchObject({ body: 'Here', state: 'sent' });
    key = lines[0]!['key']!;
  });
  say(`/react ${key} 👍`);
  await hears((text) =>
    expect(read(text)).toMatchObject([{ type: 'changed', body: 'Here', reactions: [{ emojis: ['👍'] }] }]),
  );
  say('/nope');
  await hears((text) => expect(read(text)).toMatchObject([{ error: { code: 'ERR_XEPS_USAGE' } }]));
});
