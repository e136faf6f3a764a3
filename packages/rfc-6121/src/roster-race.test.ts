import { link } from '@xeps/core/testing';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roster, rosterItem, rosterList, rosterQuery } from './index.ts';
import type { RosterItemInput, RosterListInput } from './index.ts';
import { parseJid } from '@xeps/core/jid';

/** A server's roster: its state, and the changes that it pushes. */
const change = fc.record({
  jid: fc.constantFrom('a@b.example', 'c@d.example', 'e@f.example').map((text) => parseJid(text)),
  name: fc.constantFrom('x', 'y', 'z'),
  remove: fc.boolean(),
});

it('§2.1.6 whatever moment the answer was made at, and whenever it comes, the roster ends up as the server’s', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 8 }),
      fc.nat(8),
      fc.nat(8),
      fc.array(change, { maxLength: 3 }),
      async (changes, at1, at2, before) => {
        const truth = new Map<string, RosterItemInput>();
        const apply = ({ jid, name, remove }: (typeof changes)[number]): RosterItemInput => {
          if (remove) truth.delete(String(jid));
          else truth.set(String(jid), { jid, name });
          return remove ? { jid, subscription: 'remove' } : { jid, name };
        };
        before.forEach(apply);
        // The answer is made after some of the changes, and comes after those and perhaps more.
        const made = Math.min(at1, at2, changes.length);
        const comes = Math.min(Math.max(at1, at2), changes.length);
        const { client, server, inject, settle } = link();
        let answer!: (list: RosterListInput) => void;
        server.handle(rosterQuery, () => new Promise<RosterListInput>((resolve) => (answer = resolve)));
        const api = client.use(roster);
        await settle();
        let snapshot: RosterListInput = { items: [] };
        for (const [i, next] of [...changes, undefined].entries()) {
          if (i === made) snapshot = { items: [...truth.values()], ver: `v${i}` };
          if (i === comes) {
            answer(snapshot);
            await api.loaded();
          }
          if (next === undefined) break;
          const item = apply(next);
          inject(
            `<iq type='set' id='p${i}' from='romeo@montague.lit'>${rosterList.stringify({ items: [item], ver: `v${i + 1}` })}</iq>`,
          );
        }
        await settle();
        const shown = (items: Iterable<RosterItemInput>): string[] =>
          [...items].map((item) => rosterItem.stringify(item)).sort();
        expect(shown(api.items())).toEqual(shown(truth.values()));
      },
    ),
    { numRuns: 60 },
  );
});
