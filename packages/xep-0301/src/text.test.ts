import { xml } from '@xeps/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRttReceiver, createRttSender, NS_RTT, rtt } from './index.ts';
import type { Rtt, RttAction, RttClock, RttMessage } from './index.ts';

/** Time that passes when a test says so. */
function manualClock(): RttClock & { pass(milliseconds: number): void } {
  let time = 0;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => time,
    after(milliseconds, run) {
      const timer = { at: time + milliseconds, run };
      timers.push(timer);
      return { [Symbol.dispose]: () => void (timers = timers.filter((other) => other !== timer)) };
    },
    pass(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        const due = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers = timers.filter((other) => other !== due);
        time = Math.max(time, due.at);
        due.run();
      }
      time = end;
    },
  };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const insert = (text: string, position?: number): RttAction => ({
  type: 'insert',
  value: { text, ...(position !== undefined && { position }) },
});
const erase = (count = 1, position?: number): RttAction => ({
  type: 'erase',
  value: { count, ...(position !== undefined && { position }) },
});
const wait = (milliseconds: number): RttAction => ({ type: 'wait', value: { milliseconds } });
const begin = (seq: number, ...actions: RttAction[]): Rtt => ({ seq, event: 'new', actions });
const edit = (seq: number, ...actions: RttAction[]): Rtt => ({ seq, event: 'edit', actions });

it.each<[string, RttAction[], string, number]>([
  ['§8.1', [insert('HLL'), erase(), erase(), insert('ELLO')], 'HELLO', 5],
  ['§8.1 n', [insert('HLL'), erase(2), insert('ELLO')], 'HELLO', 5],
  ['§8.3.1', [insert('Hello Bob, this is Alice!'), erase(4, 9)], 'Hello, this is Alice!', 5],
  ['§8.3.2', [insert('Hello, this is Alice!'), insert(' Bob', 5)], 'Hello Bob, this is Alice!', 9],
  ['§8.3.3', [insert('Hello Bob, tihsd is Alice!'), erase(5, 16), insert('this', 11)], 'Hello Bob, this is Alice!', 15],
  ['§4.6.2 a position past the end', [insert('ab'), insert('c', 99), erase(1, 99)], 'ab', 2],
  ['§4.6.3 more erased than there is', [insert('abc'), erase(9, 2)], 'c', 0],
  ['§4.8.1 code points, not code units', [insert('a😀b'), insert('!', 2), erase(1, 3)], 'a😀b', 3],
  ['§7.2 an empty text moves the cursor', [insert('a😀b'), insert('', 2)], 'a😀b', 3],
])('%s', (_section, actions, text, cursor) => {
  const receiver = createRttReceiver();
  receiver.receive(begin(5, ...actions));
  expect(receiver.message).toEqual({ text, cursor, inSync: true });
  receiver.clear();
});

it('§4.7.2 an edit that is missing stops the text until a refresh', () => {
  const receiver = createRttReceiver();
  receiver.receive(begin(5, insert('Hello')));
  receiver.receive(edit(7, insert('!')));
  expect(receiver.message).toEqual({ text: 'Hello', cursor: 5, inSync: false });
  receiver.receive(edit(6, insert('x')));
  receiver.receive(edit(8, insert('x')));
  expect(receiver.message?.text).toBe('Hello');
  receiver.receive({ seq: 900, event: 'reset', actions: [insert('Hello, my')] });
  receiver.receive(edit(901, insert(' Juliet')));
  expect(receiver.message).toEqual({ text: 'Hello, my Juliet', cursor: 16, inSync: true });
  receiver.clear();
});

it('§4.7.1 an edit of nothing, and the same one twice, are out of sync', () => {
  const receiver = createRttReceiver();
  receiver.receive(edit(6, insert('x')));
  expect(receiver.message).toEqual({ text: '', cursor: 0, inSync: false });
  receiver.receive(begin(1, insert('a')));
  receiver.receive(edit(2, insert('b')));
  receiver.receive(edit(2, insert('b')));
  expect(receiver.message).toEqual({ text: 'ab', cursor: 2, inSync: false });
  receiver.clear();
});

it('§7.5.3 another message begins with a refresh', () => {
  const receiver = createRttReceiver();
  receiver.receive(begin(1, insert('new')));
  receiver.receive({ ...edit(2, insert('x')), id: 'm1' });
  expect(receiver.message?.inSync).toBe(false);
  receiver.receive({ seq: 3, event: 'reset', id: 'm1', actions: [insert('old')] });
  receiver.receive({ ...edit(4, insert('er')), id: 'm1' });
  expect(receiver.message).toEqual({ text: 'older', cursor: 5, inSync: true, id: 'm1' });
  receiver.clear();
});

it('§4.3 cancel and §4.4 the message itself end the text', () => {
  const told: (string | undefined)[] = [];
  const receiver = createRttReceiver({ onChange: (message) => void told.push(message?.text) });
  receiver.receive({ seq: 0, event: 'init', actions: [] });
  receiver.clear();
  receiver.receive(begin(1, insert('a')));
  receiver.receive({ seq: 0, event: 'cancel', actions: [] });
  receiver.receive(begin(1, insert('b')));
  receiver.clear();
  expect(told).toEqual(['a', undefined, 'b', undefined]);
});

function played(options: { readonly playback?: boolean } = {}) {
  const clock = manualClock();
  const told: string[] = [];
  const onChange = (message: RttMessage | undefined): void => void told.push(message?.text ?? 'over');
  return { clock, told, receiver: createRttReceiver({ ...options, clock, onChange }) };
}

it('§7.4 plays key presses back as they were', () => {
  const { clock, told, receiver } = played();
  receiver.receive(begin(1, insert('H'), wait(100), insert('i'), wait(200)));
  expect(told).toEqual(['H']);
  clock.pass(99);
  receiver.receive(edit(2, wait(50), insert('!')));
  expect(told.at(-1)).toBe('H');
  clock.pass(1);
  expect(told.at(-1)).toBe('Hi');
  clock.pass(249);
  expect(told.at(-1)).toBe('Hi');
  clock.pass(1);
  expect(told.at(-1)).toBe('Hi!');
  // A refresh of what is there is not seen (§4.7.3).
  receiver.receive({ seq: 50, event: 'reset', actions: [insert('Hi!')] });
  expect(told.at(-1)).toBe('Hi!');
  expect(told).not.toContain('');
});

it('§7.4 catches up when too much has come, and §4.4 leaves the rest when the message comes', () => {
  const { clock, told, receiver } = played();
  receiver.receive(begin(1, insert('a'), wait(1_000_000), insert('b'), wait(700), insert('c')));
  expect(told.at(-1)).toBe('ab');
  clock.pass(700);
  expect(told.at(-1)).toBe('abc');
  receiver.receive(edit(2, wait(700), insert('d')));
  receiver.clear();
  clock.pass(1e6);
  expect(told.at(-1)).toBe('over');
});

it('§7.1.4 pauses may be left out', () => {
  const { told, receiver } = played({ playback: false });
  receiver.receive(begin(1, insert('a'), wait(700), insert('b')));
  expect(told).toEqual(['ab']);
});

it('§7.5.6 forgets who has been quiet for long', () => {
  const { clock, told, receiver } = played();
  receiver.receive(begin(1, insert('a')));
  clock.pass(599_999);
  receiver.receive(edit(2, insert('b')));
  clock.pass(599_999);
  expect(told.at(-1)).toBe('ab');
  clock.pass(1);
  expect(told.at(-1)).toBe('over');
  expect(receiver.message).toBeUndefined();
});

it('§11.3 what is too much is as if it were lost, and is bounded in memory and time', () => {
  const { clock, receiver } = played();
  receiver.receive(begin(1, ...Array.from({ length: 1001 }, () => insert('a'))));
  expect(receiver.message?.inSync).toBe(false);
  receiver.receive(begin(1, insert('a'.repeat(20_000)), insert('b')));
  expect(receiver.message).toEqual({ text: '', cursor: 0, inSync: false });
  receiver.receive(begin(1, wait(1400)));
  for (let seq = 2; seq < 100; seq++) receiver.receive(edit(seq, ...Array.from({ length: 200 }, () => insert('x', 0))));
  clock.pass(1400);
  expect(receiver.message?.text).toHaveLength(98 * 200);
  receiver.clear();
});

function sending(options: { readonly interval?: number } = {}) {
  const clock = manualClock();
  const sent: string[] = [];
  let failing = false;
  const sender = createRttSender({
    ...options,
    clock,
    send(value) {
      if (failing) return Promise.reject(new Error('offline'));
      sent.push(
        rtt
          .stringify(value)
          .replace(` xmlns="${NS_RTT}"`, '')
          .replace(/ seq="\d+"/, ''),
      );
      return Promise.resolve();
    },
  });
  const pass = async (milliseconds: number): Promise<void> => {
    clock.pass(milliseconds);
    await settle();
  };
  return { clock, sent, sender, pass, fail: (now: boolean) => void (failing = now) };
}

it('§4.5, §7.1.2 sends at every interval what was typed in it, with the pauses; they add up to the interval', async () => {
  const { sent, sender, pass } = sending();
  sender.update('H');
  await pass(115);
  sender.update('He');
  await pass(300);
  sender.update('Hel');
  await pass(285);
  await pass(40);
  sender.update('Hell');
  await pass(660);
  // Nothing happens: nothing is sent (§4.5), and the time is no pause between key presses.
  await pass(5000);
  sender.update('Hello');
  await pass(700);
  expect(sent).toEqual([
    '<rtt event="new"><t>H</t><w n="115"/><t>e</t><w n="300"/><t>l</t><w n="285"/></rtt>',
    '<rtt><w n="40"/><t>l</t><w n="660"/></rtt>',
    '<rtt><t>o</t><w n="700"/></rtt>',
  ]);
  sender.finish();
});

async function difference(before: string, after: string): Promise<string> {
  const { sent, sender, pass } = sending();
  sender.update(before);
  await pass(700);
  sender.update(after);
  await pass(700);
  sender.finish();
  return (sent[1] ?? '').replace(/<w[^>]*>/g, '').replace(/<\/?rtt>/g, '');
}

it.each([
  ['backspace', 'Helo', 'Hel', '<e n="1"/>'.replace(' n="1"', '')],
  ['append', 'Hel', 'Hello', '<t>lo</t>'],
  ['delete inside', 'Hello Bob, this', 'Hello, this', '<e p="9" n="4"/>'],
  ['insert inside', 'Hello, this', 'Hello Bob, this', '<t p="5"> Bob</t>'],
  ['replace inside', 'Bob, tihsd is', 'Bob, this is', '<e p="10" n="4"/><t p="6">his</t>'],
  ['replace at the end', 'ab', 'ac', '<e/><t>c</t>'],
  ['everything', 'ab', '', '<e n="2"/>'],
  ['the same letter again', 'aaa', 'aa', '<e/>'],
  ['§4.8.1 code points', '😀a', '😀😁a', '<t p="1">😁</t>'],
  ['§4.8.2 one line break', 'a', 'a\r\nb', '<t>\nb</t>'],
  ['§4.8.2 an accent goes with its letter', 'xq', 'xq\u0323', '<e/><t>q\u0323</t>'],
  ['§4.8.2 NFC', 'xe', 'xe\u0301', '<e/><t>é</t>'],
  ['§4.8.2 what XML can’t hold is left out', 'a', 'a\u0000\uD800b', '<t>b</t>'],
  ['no change', 'ab', 'ab', ''],
])('§7.3.1 %s', async (_what, before, after, expected) => {
  expect(await difference(before, after)).toBe(expected);
});

it('§7.2 sends where the cursor went, when the text does not say it', async () => {
  const { sent, sender, pass } = sending();
  sender.update('😀ab', { cursor: 4 });
  sender.update('😀ab', { cursor: 2 });
  sender.update('😀xab', { cursor: 3 });
  await pass(700);
  expect(sent).toEqual(['<rtt event="new"><t>😀ab</t><t p="1"/><t p="1">x</t><w n="700"/></rtt>']);
  sender.finish();
});

it('§4.7.3 sends all of it again every ten seconds of writing, on demand, and never while nobody writes', async () => {
  const { sent, sender, pass } = sending();
  sender.refresh();
  expect(sent).toEqual([]);
  sender.update('a');
  await pass(700);
  await pass(60_000);
  expect(sent).toHaveLength(1);
  sender.update('ab');
  await pass(700);
  sender.update('abc');
  await pass(700);
  sender.refresh();
  await pass(0);
  expect(sent.slice(1)).toEqual([
    '<rtt event="reset"><t>a</t><t>b</t><w n="700"/></rtt>',
    '<rtt><t>c</t><w n="700"/></rtt>',
    '<rtt event="reset"><t>abc</t></rtt>',
  ]);
  sender.finish();
});

it('§7.5.1 sends the text rather than a long list of changes', async () => {
  const { sent, sender, pass } = sending();
  for (let i = 0; i < 100; i++) sender.update(i % 2 === 0 ? 'ab' : 'a');
  await pass(700);
  expect(sent).toEqual(['<rtt event="new"><t>a</t></rtt>']);
  sender.finish();
});

it('§4.3 the next message begins anew, and what was not sent of the last one stays unsent', async () => {
  const { sent, sender, pass } = sending();
  sender.update('a');
  await pass(700);
  sender.update('ab');
  sender.finish();
  await pass(5000);
  sender.update('b');
  await pass(700);
  sender[Symbol.dispose]();
  sender.finish();
  expect(sent).toEqual(['<rtt event="new"><t>a</t><w n="700"/></rtt>', '<rtt event="new"><t>b</t><w n="700"/></rtt>']);
});

it('§7.5.3 a correction begins with the whole text and says whose it is; so does the way back', async () => {
  const { sent, sender, pass } = sending();
  sender.update('draft');
  await pass(700);
  sender.update('old text', { id: 'm1' });
  await pass(700);
  sender.update('older text', { id: 'm1' });
  await pass(700);
  sender.update('draft');
  await pass(700);
  expect(sent.map((line) => line.replace(/<w[^>]*>/g, '')).slice(1)).toEqual([
    '<rtt event="reset" id="m1"><t>old text</t></rtt>',
    '<rtt id="m1"><t p="3">er</t></rtt>',
    '<rtt event="reset"><t>draft</t></rtt>',
  ]);
  sender.finish();
});

it('what could not be sent is made up for, once there is something to send', async () => {
  const { sent, sender, pass, fail } = sending();
  sender.update('a');
  await pass(700);
  fail(true);
  sender.update('ab');
  await pass(700);
  fail(false);
  await pass(5000);
  expect(sent).toHaveLength(1);
  sender.update('abc');
  await pass(700);
  expect(sent[1]).toBe('<rtt event="reset"><t>ab</t><t>c</t><w n="700"/></rtt>');
  sender.finish();
});

const someText = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', '\n', '😀', 'e', '\u0301', '\u0323', '가', '&', '<'),
});

it('any changes of a text, sent and received, make the same text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(someText, fc.nat(15), fc.nat(1500)), { maxLength: 12 }), async (changes) => {
      const clock = manualClock();
      const receiver = createRttReceiver({ clock });
      const sender = createRttSender({
        clock,
        send: (value) => Promise.resolve(receiver.receive(rtt.decode(xml(rtt.stringify(value))))),
      });
      for (const [text, cursor, milliseconds] of changes) {
        sender.update(text, { cursor });
        clock.pass(milliseconds);
        await Promise.resolve().then(() => undefined);
      }
      clock.pass(700);
      await settle();
      clock.pass(5000);
      const last = changes.at(-1)?.[0].normalize('NFC') ?? '';
      expect(receiver.message?.text ?? '').toBe(last);
      if (last !== '') expect(receiver.message?.inSync).toBe(true);
      sender.finish();
      receiver.clear();
    }),
    { numRuns: 60 },
  );
});

it('§4.7.2 whatever is lost on the way, a refresh makes the texts the same, and nothing wrong is ever called in sync', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(someText, fc.boolean()), { minLength: 1, maxLength: 12 }), async (changes) => {
      const clock = manualClock();
      const receiver = createRttReceiver({ clock, playback: false });
      let lost = false;
      let came = false;
      const sender = createRttSender({
        clock,
        // Far apart, so that only a refresh on demand mends anything.
        refreshAfter: 1e9,
        send: (value) => {
          if (!lost) receiver.receive(rtt.decode(xml(rtt.stringify(value))));
          came ||= !lost;
          return Promise.resolve();
        },
      });
      let last = '';
      for (const [text, gone] of changes) {
        lost = gone;
        came = false;
        sender.update(text);
        clock.pass(700);
        await settle();
        last = text.normalize('NFC');
        // That the last one was lost shows when another comes.
        if (came && receiver.message?.inSync === true) expect(receiver.message.text).toBe(last);
      }
      lost = false;
      sender.refresh();
      await settle();
      expect(receiver.message?.text ?? '').toBe(last);
      sender.finish();
      receiver.clear();
    }),
    { numRuns: 60 },
  );
});
