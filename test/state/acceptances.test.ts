import { expect, it } from 'vitest';
import type { Acceptance } from '../../src/domain/acceptance.js';
import { openStateDir } from '../../src/state/files/open.js';
import { eventId, jumpingClock, temporaryDirectory } from './support.js';

function acceptance(id: number, sentence: string): Acceptance {
  const settled = {
    reason: 'DRIFT',
    differences: [],
    why: 'The chef knows.',
    by: 'ann',
    until: null,
  } as const;
  return { ...settled, event: eventId(String(id)), sentence, at: id };
}

it('acceptances that no document holds leave out the oldest, and not all', async () => {
  const store = await openStateDir({
    dir: await temporaryDirectory(),
    clock: jumpingClock(),
    random: Math.random,
  });
  const many = Array.from({ length: 1_990 }, (_, at) => acceptance(at + 1, 'x'.repeat(1_900)));
  await store.documents.put('accepted', JSON.stringify(many));
  expect(await store.acceptances.read()).toHaveLength(many.length);
  const large = [1, 2, 3].map((at) => acceptance(5_000 + at, 'é'.repeat(90_000)));
  for (const each of large) await store.acceptances.put(each);
  const left = await store.acceptances.read();
  expect(left.slice(-3)).toEqual(large);
  expect(left.length).toBeGreaterThan(1_000);
  expect(left.at(-4)).toEqual(many.at(-1));
  await store.close();
});
