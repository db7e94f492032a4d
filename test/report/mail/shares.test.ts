import { describe, expect, it } from 'vitest';
import { failReasons } from '../../../src/domain/reasons.js';
import { type DigestToSend, digestOf } from '../../../src/report/mail/digest.js';
import { sharesOf } from '../../../src/report/mail/shares.js';
import type { EventResult } from '../../../src/report/schema.js';
import type { MailedFailure } from '../../../src/state/types.js';
import { failed, injected, report } from '../helpers.js';

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
      failed('7', { reason: 'DRIFT', location: 'Harbor Room' }),
    ];
    expect(told(due(events))).toEqual({
      'office@example.com': ['3', '4', '6'],
      'chef@example.com,sous@example.com': ['1', '5'],
      'harbor@example.com': ['2', '7'],
    });
    expect(told(due(events), new Map())).toEqual({
      'office@example.com': ['1', '2', '3', '4', '5', '6', '7'],
    });
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
