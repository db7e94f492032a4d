import { expect, it } from 'vitest';
import { keepKnown, knownFailures } from '../../src/sync/known.js';
import { Desk, sweepRequest } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const cron = { ...sweepRequest, trigger: 'cron' } as const;

function memory() {
  const kept = new Map<string, unknown>();
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => void kept.set(key, value),
    flush: async () => undefined,
  };
}

it.each<[string, boolean, (desk: Desk, id: number) => void]>([
  ['is held by another run', true, (desk, id) => void desk.locks.add(`event-${id}`)],
  ['is none of the locations asked for', false, () => undefined],
])('a failure that was told stays told while its event %s', async (_, everywhere, hide) => {
  const desk = new Desk(NOW);
  const [event, other] = [desk.add({ status: 'CLOSED' }), desk.add({}, undefined)];
  const cache = memory();
  desk.tripleseat.store.putEvent({ ...event, grand_total: '1.0' });
  const first = await desk.sweep();
  await keepKnown(cache, cron, first);
  const told = await knownFailures(cache);
  expect([...told.keys()]).toEqual([String(event.id)]);
  hide(desk, event.id);
  const request = everywhere ? cron : { ...cron, locations: ['nowhere'] };
  await keepKnown(cache, request, await desk.single([event, other], { locations: request.locations }));
  expect(await knownFailures(cache)).toEqual(told);
});
