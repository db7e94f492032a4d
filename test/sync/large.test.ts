import { describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import type { AccountSettings } from '../simulators/tripleseat.js';
import { Desk } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';

describe('lines', () => {
  it('500 of them make an order; 501 are refused', async () => {
    const desk = new Desk(NOW);
    const many = (count: number) => ({
      documents: [
        {
          lines: Array.from({ length: count }, (_, index) => ({
            name: 'Taco Bar',
            price: 824,
            quantity: String(index + 1),
          })),
        },
      ],
    });
    const tooMany = desk.add(many(501));
    const refused = await desk.single([tooMany]);
    expect(refused.writes).toEqual([]);
    expect(refused.of(tooMany.id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('501 lines'),
    });
    const event = desk.add(many(500));
    expect((await desk.single([event])).of(event.id).status).toBe('injected');
    expect(wrongWith(desk.revel, event)).toEqual([]);
    const [order] = desk.revel.orders().filter(({ deleted }) => !deleted);
    expect(desk.revel.items(order?.id ?? 0)).toHaveLength(500);
    expect((await desk.single([event])).writes).toEqual([]);
  });
});

describe('forms of the same payload', () => {
  // How a payload is written and which filters are obeyed have nothing to do with each other: one of each at a time.
  const forms: [string, Partial<AccountSettings>][] = [
    ['money as numbers, dates filter ignored', { money: 'numbers', dateFilter: 'ignored' }],
    ['money as either, updated filter ignored', { money: 'mixed', updatedFilter: 'ignored' }],
    ['empty keys left out, updated filter in UTC', { omitNulls: true, updatedZone: 'utc' }],
    ['results wrapped, order ignored', { wrapResults: true, orderParam: 'ignored' }],
    ['no page count, no deleted rows', { totalPagesZero: true, deletedInSearch: false }],
    [
      'nothing obeyed, deleted events shown',
      {
        dateFilter: 'ignored',
        updatedFilter: 'ignored',
        orderParam: 'ignored',
        totalPagesZero: true,
        deletedDetail: 'shown',
      },
    ],
    ['bookings forbidden', { forbidBookings: true }],
  ];

  it.each(forms)('%s: the sample world comes out the same', async (_, settings) => {
    const desk = new Desk(NOW, true);
    expect(desk.tripleseat.configure(settings).ok).toBe(true);
    const run = await desk.sweep();
    const told = (result: { id: string; status: string; reason: string | null }) =>
      `${result.id} ${result.status} ${result.reason}`;
    const expected = desk.scenarios
      .map(({ event, shows, expected }) => {
        const forbidden = settings.forbidBookings && shows === 'lines on the booking only';
        return told({
          id: String(event.id),
          ...(forbidden ? { status: 'failed', reason: 'NO_LINE_ITEMS' } : expected),
        });
      })
      .filter((text) => {
        const hidden = desk.scenarios
          .filter(({ shows }) => shows === 'deleted')
          .map(({ event }) => String(event.id));
        return settings.deletedInSearch !== false || !hidden.includes(text.split(' ')[0] ?? '');
      });
    expect(run.results.map(told).sort()).toEqual(expected.sort());
    expect(run.problem).toBeNull();
    expect((await desk.sweep()).writes).toEqual([]);
  });
});
