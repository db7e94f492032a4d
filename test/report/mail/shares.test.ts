import { describe, expect, it } from 'vitest';
import { failReasons } from '../../../src/domain/reasons.js';
import { type DigestToSend, digestOf } from '../../../src/report/mail/digest.js';
import { previewShares, sharesOf } from '../../../src/report/mail/shares.js';
import type { EventResult } from '../../../src/report/schema.js';
import type { MailedFailure } from '../../../src/state/types.js';
import { failed, injected, report, skipped } from '../helpers.js';

const NOW = Date.UTC(2026, 10, 14, 20);
const OFFICE = ['office@example.com'];
const KITCHENS = new Map<string, readonly string[]>([
  ['Special Events', ['chef@example.com', 'sous@example.com']],
  ['Harbor Room', ['harbor@example.com']],
  ['Lakeside', []],
]);

function due(
  events: EventResult[],
  memory: MailedFailure[] = [],
  error: Parameters<typeof report>[1] = {},
): DigestToSend {
  const found = digestOf({
    report: report(events, error),
    on: ['changes', 'failures'],
    memory,
    now: NOW,
    interrupted: false,
    wholeSweep: true,
  });
  if (found === null) throw new Error('nothing is due');
  return found;
}

type Difference = EventResult['differences'][number];
const line = (event: string | null, order: string | null): Difference => ({
  field: 'line',
  name: 'Taco Bar',
  event,
  order,
});
const tip: Difference = { field: 'gratuity', name: null, event: '58.00', order: '49.10' };

/** Who is told of which events. */
function told(given: DigestToSend, kitchens = KITCHENS): Record<string, string[]> {
  const shares = sharesOf(given, OFFICE, kitchens);
  return Object.fromEntries(
    shares.map(({ to, due: { digest } }) => [
      to.join(','),
      [...digest.changes, ...digest.failures.map(({ event }) => event)].map(({ id }) => id),
    ]),
  );
}

function mailed(subject: string, reason: string, hoursAgo = 1): MailedFailure {
  const at = NOW - hoursAgo * 3_600_000;
  return {
    subject,
    reason,
    since: at,
    mailedAt: at,
    name: 'A',
    date: '2026-11-14',
    location: 'Special Events',
  };
}

describe('what is told by mail', () => {
  it('goes to the kitchen of the shop where it is about dishes and orders, else to the office', () => {
    const events = [
      injected('1'),
      injected('2', { location: 'Harbor Room' }),
      injected('3', { location: 'Lakeside' }),
      injected('4', { location: null }),
      failed('5', { reason: 'MISSED' }),
      failed('6', { reason: 'TOTALS_MISMATCH' }),
      failed('7', {
        reason: 'DRIFT',
        location: 'Harbor Room',
        differences: [line('30 × 8.24', '24 × 8.24')],
      }),
      failed('8', { reason: 'DRIFT', location: 'Harbor Room', differences: [tip] }),
    ];
    expect(told(due(events))).toEqual({
      'office@example.com': ['3', '4', '6', '8'],
      'chef@example.com,sous@example.com': ['1', '5'],
      'harbor@example.com': ['2', '7'],
    });
    expect(told(due(events), new Map())).toEqual({
      'office@example.com': ['1', '2', '3', '4', '5', '6', '7', '8'],
    });
  });

  it.each([
    ['a line that is missing', [tip, line('30 × 8.24', null)], true],
    ['a line too many', [line(null, '30 × 8.24')], true],
    ['another quantity', [line('30 × 8.24', '24 × 8.24')], true],
    ['another price alone', [line('30 × 8.24', '30 × 9.00')], false],
    ['a text for the kitchen', [{ field: 'text', name: 'Taco Bar', event: 'no nuts', order: null }], true],
    ['another day', [{ field: 'day', name: null, event: '2026-11-14', order: '2026-11-13' }], true],
    ['a tip', [tip], false],
    ['tax of a line', [{ field: 'tax', name: 'Taco Bar', event: '1.00', order: '0.00' }], false],
    [
      'a payment',
      [
        { field: 'payment', name: null, event: '200.00', order: null },
        { field: 'remaining due', name: null, event: '0.00', order: '200.00' },
      ],
      false,
    ],
    ['nothing that is known', [], true],
  ] satisfies [string, Difference[], boolean][])(
    'of %s goes where it belongs',
    (_, differences, isTheirs) => {
      for (const reason of ['DRIFT', 'TOUCHED'] as const) {
        const given = due([failed('1', { reason, differences: [...differences] })]);
        expect(Object.keys(told(given))).toEqual([
          isTheirs ? 'chef@example.com,sous@example.com' : OFFICE[0],
        ]);
      }
    },
  );

  it('is for the kitchen by these reasons, and for the office by all others', () => {
    // A run that was cut off is told of the run.
    const reasons = failReasons.filter((reason) => reason !== 'ABORTED');
    const ofKitchen = reasons.filter(
      (reason) => Object.keys(told(due([failed('1', { reason })])))[0] !== OFFICE[0],
    );
    expect(ofKitchen.toSorted()).toEqual([
      'DRIFT',
      'DUPLICATE_ORDERS',
      'MISSED',
      'ORPHANED',
      'REMOVED_BY_STAFF',
      'TOUCHED',
    ]);
  });

  it('is told to be over to those who were told of it', () => {
    const drift = { ...mailed('1', 'DRIFT'), dishes: false };
    const [first, ...others] = sharesOf(due([skipped('1')], [drift]), OFFICE, KITCHENS);
    expect([first?.to, others]).toEqual([OFFICE, []]);
    const [kitchen] = sharesOf(due([skipped('1')], [mailed('1', 'DRIFT')]), OFFICE, KITCHENS);
    expect(kitchen?.shop).toBe('Special Events');
    const [told] = due([failed('1', { reason: 'DRIFT', differences: [tip] })]).mailed;
    expect(told?.dishes).toBe(false);
  });

  it('of the coming days is divided alike', () => {
    const failing = [
      failed('1', { reason: 'DRIFT' }),
      failed('2', { reason: 'TOTALS_MISMATCH' }),
      failed('3', { reason: 'DRIFT', location: 'Lakeside' }),
    ];
    const ids = (shares: ReturnType<typeof previewShares>) =>
      shares.map(({ to, shop, failing }) => [to[0], shop, failing.map(({ id }) => id)]);
    expect(ids(previewShares(failing, OFFICE, KITCHENS))).toEqual([
      ['office@example.com', null, ['2', '3']],
      ['chef@example.com', 'Special Events', ['1']],
    ]);
    expect(previewShares([], OFFICE, KITCHENS)).toEqual([]);
  });

  it('reaches somebody, and nobody twice, whatever it is', () => {
    const locations = ['Special Events', 'Harbor Room', 'Lakeside', 'Nobody knows', null];
    const events = locations.flatMap((location, place) => [
      injected(String(place + 1), { location }),
      ...failReasons.map((reason, at) => failed(String((at + 1) * 100 + place), { reason, location })),
    ]);
    const given = due(events, [mailed('7', 'DRIFT'), mailed('8', 'NO_LINE_ITEMS', 80)]);
    const shares = sharesOf(given, OFFICE, KITCHENS);
    const ids = shares.flatMap(({ due: { digest } }) =>
      [...digest.changes, ...digest.failures.map(({ event }) => event), ...digest.held].map(({ id }) => id),
    );
    expect(ids.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    const all = <K extends 'mailed' | 'forget'>(key: K) => shares.flatMap(({ due: part }) => part[key]);
    expect(all('mailed')).toHaveLength(given.mailed.length);
    expect(new Set(all('mailed'))).toEqual(new Set(given.mailed));
    expect(new Set(all('forget'))).toEqual(new Set(given.forget));
  });

  it('of a run as a whole goes to the office alone', () => {
    const error = { code: 'UNAVAILABLE', message: 'Away.', hint: null };
    const given = due([injected('1'), failed('2', { reason: 'REVEL_ERROR' })], [], { error });
    expect(
      sharesOf(given, OFFICE, KITCHENS).map(({ to, due: { digest } }) => [
        to[0],
        digest.error?.code,
        digest.held.length,
      ]),
    ).toEqual([
      ['office@example.com', 'UNAVAILABLE', 1],
      ['chef@example.com', undefined, 0],
    ]);
  });

  it('is forgotten with the mail that tells of what has come in its place', () => {
    const given = due([failed('1', { reason: 'TOTALS_MISMATCH' })], [mailed('1', 'DRIFT')]);
    const [share, ...others] = sharesOf(given, OFFICE, KITCHENS);
    expect(others).toEqual([]);
    expect(share?.to).toEqual(OFFICE);
    expect(share?.due.forget.map(({ reason }) => reason)).toEqual(['DRIFT']);
  });
});
