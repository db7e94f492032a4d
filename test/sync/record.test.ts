import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { openStateDir } from '../../src/state/files/open.js';
import { standingFailures } from '../../src/state/history.js';
import type { JournalRecord } from '../../src/state/types.js';
import { recordEnd } from '../../src/sync/record.js';
import type { EventResult } from '../../src/sync/types.js';
import { collect, temporaryDirectory } from '../state/support.js';
import { Desk, sweepRequest } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const requests = { tripleseat: 3, revel: 7 };

type BookedRecord = Extract<JournalRecord, { type: 'booked' }>;

/** A journal that takes down runs of the desk, and what of money was taken down by each. */
async function recorder() {
  const dir = await temporaryDirectory();
  return async (results: readonly EventResult[]) => {
    const state = await openStateDir({ dir, clock: systemClock, random: Math.random });
    try {
      const before = (await collect(state.journal.read())).length;
      const outcome = { window: null, results: [...results], problem: null, complete: true };
      await recordEnd(state, sweepRequest, outcome, 0, Date.parse(NOW), (text) => text, requests);
      const records = (await collect(state.journal.read())).slice(before);
      expect(records.at(-1)).toMatchObject({ type: 'run-end', requests });
      return records.filter((record): record is BookedRecord => record.type === 'booked');
    } finally {
      await state.close();
    }
  };
}

describe('the money that a sweep takes down', () => {
  it('is that of the event and of the order made for it, once', async () => {
    const desk = new Desk(NOW);
    const { id } = desk.add();
    const record = await recorder();
    const [made, ...others] = await record((await desk.sweep()).results);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ id: String(id), date: desk.today(), location: 'Special Events' });
    const { event, order } = made?.booked ?? { event: null, order: null };
    expect(event).not.toBeNull();
    expect(order).toEqual(event);
    const { sales, discount, tax, gratuity, fees, paid, due } = event ?? {};
    const asked = (sales ?? 0) - (discount ?? 0) + (tax ?? 0) + (gratuity ?? 0) + (fees ?? 0);
    expect(asked).toBeGreaterThan(0);
    expect((paid ?? 0) + (due ?? 0)).toBe(asked);

    // Found standing, by a full look and by memory alone: nothing has changed.
    expect(await record((await desk.sweep()).results)).toEqual([]);
    expect(await record((await desk.sweep()).results)).toEqual([]);
  });

  it('of an order that differs is what it has, and goes when the event wants none any more', async () => {
    const desk = new Desk(NOW);
    const { id } = desk.add();
    const record = await recorder();
    const [made] = await record((await desk.sweep()).results);
    const [order] = desk.revel.orders();
    desk.patch(`/resources/Order/${order?.id}/`, { final_total: 1, remaining_due: 1 });
    const [changed] = await record((await desk.sweep()).results);
    expect(changed?.booked.event).toEqual(made?.booked.event);
    expect(changed?.booked.order).not.toEqual(made?.booked.order);
    expect(changed?.booked.order?.due).toBe(100);

    const gone = { ...(await desk.sweep()).of(Number(id)) };
    delete gone.booked;
    const lost: EventResult = { ...gone, status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' };
    expect((await record([lost])).map(({ booked }) => booked)).toEqual([{ event: null, order: null }]);
    expect(await record([lost])).toEqual([]);
  });

  it('stays what it was where nobody could look, and is not told of what never was', async () => {
    const desk = new Desk(NOW);
    desk.add();
    const record = await recorder();
    const [{ booked = null, ...result } = {} as EventResult] = (await desk.sweep()).results;
    expect(booked?.order?.due).not.toBeUndefined();
    const ended: EventResult = { ...result, status: 'skipped', reason: 'STATUS_NOT_ELIGIBLE' };
    expect(await record([ended])).toEqual([]);
    expect(await record([{ ...result, ...(booked ? { booked } : {}) }])).toHaveLength(1);
    const unread: EventResult = { ...result, status: 'failed', reason: 'SOURCE_ERROR' };
    expect(await record([unread])).toEqual([]);
  });
});

describe('a failure that stands', () => {
  it.each(['LOCATION_NOT_ALLOWED', 'ALREADY_INJECTED'] as const)(
    'is ended only by a look at its event (%s)',
    async (reason) => {
      const desk = new Desk(NOW);
      desk.tripleseat.store.putEvent({ ...desk.add(), grand_total: '1.0' });
      const [failing] = (await desk.sweep()).results;
      if (!failing) throw new Error('there is a result');
      const dir = await temporaryDirectory();
      const state = await openStateDir({ dir, clock: systemClock, random: Math.random });
      const record = (result: EventResult) => {
        const outcome = { window: null, results: [result], problem: null, complete: false };
        return recordEnd(state, sweepRequest, outcome, 0, Date.parse(NOW), (text) => text, requests);
      };
      await record(failing);
      await record({ ...failing, status: 'skipped', reason, error: null });
      const standing = await standingFailures(state.journal.read());
      expect(standing).toHaveLength(reason === 'ALREADY_INJECTED' ? 0 : 1);
      await state.close();
    },
  );
});
