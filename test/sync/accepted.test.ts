import { expect, it } from 'vitest';
import { sentenceOf } from '../../src/sync/accepted.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

it.each<[string, string, (desk: Desk, id: number) => void]>([
  [
    'an unknown status beside that of another event',
    'STATUS_UNKNOWN',
    (desk, id) => {
      desk.tripleseat.store.setStatus(id, 'CONFIRMED', desk.clock.now());
      desk.add({ status: 'ON HOLD' });
    },
  ],
  [
    'an order whose event is deleted, and goes on showing in searches',
    'ORPHANED',
    (desk, id) => desk.tripleseat.store.delete(id, desk.clock.now()),
  ],
])('a person who has seen %s has seen it for sweeps, too', async (_, reason, change) => {
  const desk = new Desk(NOW);
  const { id } = desk.add();
  await desk.single([{ id }]);
  await desk.clock.sleep(600_000);
  change(desk, id);
  const [single, sweep] = [(await desk.single([{ id }])).of(id), (await desk.sweep()).of(id)];
  expect([single.reason, sweep.reason]).toEqual([reason, reason]);
  expect(sweep.error).not.toBe(single.error);
  expect(sentenceOf(sweep)).toBe(sentenceOf(single));
  expect(sentenceOf(single)).toBe(single.error);
});
