import { describe, expect, it } from 'vitest';
import { type DigestInput, digestOf } from '../../../src/report/mail/digest.js';
import type { MailedFailure } from '../../../src/state/types.js';
import { failed, injected, repaired, report, served, skipped, text } from '../helpers.js';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 14, 20);
const down = { code: 'UNAVAILABLE', message: 'Revel does not answer.', hint: null };

function mailed(subject: string, over: Partial<MailedFailure> = {}): MailedFailure {
  return {
    subject,
    reason: 'DRIFT',
    since: NOW - 40 * HOUR,
    mailedAt: NOW - HOUR,
    name: 'Alder Rehearsal Dinner',
    date: '2026-11-14',
    location: 'Special Events',
    dishes: true,
    ...over,
  };
}

function decide(over: Partial<DigestInput>) {
  const rest = { on: ['changes', 'failures'] as const, memory: [], now: NOW };
  return digestOf({ report: report([]), ...rest, interrupted: false, wholeSweep: true, ...over });
}

describe('what is no news', () => {
  it.each([
    ['a quiet run', { report: report([skipped('1'), skipped('2')]) }],
    ['a dry run', { report: report([injected('1'), failed('2')], { dryRun: true }) }],
    [
      'a sweep that found another one running',
      { report: report([], { error: { code: 'LOCKED', message: 'Another sweep.', hint: null } }) },
    ],
    ['a failure mailed an hour ago', { report: report([failed('1')]), memory: [mailed('1')] }],
    [
      'an outage mailed an hour ago',
      { report: report([], { error: down }), memory: [mailed('run', { reason: 'UNAVAILABLE' })] },
    ],
    [
      'a run that somebody stopped',
      {
        report: report([failed('1', { reason: 'ABORTED' })], {
          error: { code: 'STOPPED', message: 'The run was stopped by SIGTERM.', hint: null },
        }),
        interrupted: true,
      },
    ],
    [
      'changes where only failures are asked for',
      { report: report([injected('1')]), on: ['failures'] as const },
    ],
    [
      'failures where only changes are asked for',
      { report: report([failed('1')]), on: ['changes'] as const },
    ],
  ])('%s', (_, over: Partial<DigestInput>) => {
    expect(decide(over)).toBeNull();
  });
});

describe('texts that a POS does not get', () => {
  const at = (hours: number) => ({ now: NOW + hours * HOUR });
  const texts = (due: ReturnType<typeof decide>) => due?.digest.untold.map(({ id }) => id) ?? null;

  it('are told once, again as soon as they are others, and never as a failure that is over', () => {
    const run = report([served('1', 'No nuts'), skipped('2')]);
    const first = decide({ report: run });
    expect([texts(first), first?.forget]).toEqual([['1'], []]);
    const memory = first?.mailed ?? [];
    expect(memory).toMatchObject([{ name: 'Alder Rehearsal Dinner', dishes: true }]);
    expect(decide({ report: run, memory, ...at(1) })).toBeNull();
    expect(decide({ report: run, memory, ...at(40) })).toBeNull();
    const again = decide({ report: report([served('1', 'No nuts, no milk')]), memory, ...at(2) });
    expect([texts(again), again?.forget]).toEqual([['1'], memory]);
    expect(again?.digest).toMatchObject({ failures: [], resolved: [], outOfSight: [] });
    // Neither where nothing differs any more, nor days later.
    expect(decide({ report: report([skipped('1')]), memory, ...at(1) })).toBeNull();
    expect(decide({ report: report([]), memory, ...at(100) })).toBeNull();
  });

  it.each<[string, Parameters<typeof skipped>[1]]>([
    ['a text that staff has added', { reason: 'IN_SERVICE', differences: [text(null, 'Table 4')] }],
    [
      'another quantity',
      { reason: 'IN_SERVICE', differences: [{ ...text('1 × 2.00', null), field: 'line' }] },
    ],
    [
      'of a day that is over',
      { reason: 'IN_SERVICE', date: '2026-11-12', differences: [text('No nuts', null)] },
    ],
    ['an order of which all is well', { reason: 'ALREADY_INJECTED' }],
  ])('are not %s', (_, over) => {
    expect(decide({ report: report([skipped('1', over)]) })).toBeNull();
  });

  it('are forgotten in the end', () => {
    const memory = decide({ report: report([served('1', 'No nuts')]) })?.mailed ?? [];
    const later = decide({ report: report([injected('2')]), memory, ...at(100) });
    expect(later?.forget).toEqual(memory);
  });
});

describe('failures', () => {
  it('are told at once when they are new, and remembered', () => {
    const event = failed('1', { name: 'Party' });
    const due = decide({ report: report([event, skipped('2')]) });
    expect(due?.digest.failures).toEqual([{ event, since: null }]);
    expect(due?.mailed).toEqual([mailed('1', { name: 'Party', since: NOW, mailedAt: NOW })]);
    expect(due?.forget).toEqual([]);
  });

  it('are told again after a day, at the same time of day, with their first mail', () => {
    const memory = [mailed('1', { mailedAt: NOW - 24 * HOUR + 60_000 })];
    const due = decide({ report: report([failed('1')]), memory });
    expect(due?.digest.failures).toEqual([{ event: failed('1'), since: NOW - 40 * HOUR }]);
    expect(due?.mailed).toEqual([mailed('1', { mailedAt: NOW })]);
  });

  it('that were told today are named in a mail that goes out anyway, and stay due at their time', () => {
    const due = decide({ report: report([injected('9'), failed('1')]), memory: [mailed('1')] });
    expect(due?.digest.known).toEqual([{ event: failed('1'), since: NOW - 40 * HOUR }]);
    expect(due?.digest.failures).toEqual([]);
    expect(due?.mailed).toEqual([]);
  });

  it('are told at once when they were mailed by a clock that ran ahead, and the memory is put right', () => {
    const ahead = { mailedAt: NOW + 364 * 24 * HOUR, since: NOW + 363 * 24 * HOUR };
    const due = decide({ report: report([failed('1')]), memory: [mailed('1', ahead)] });
    expect(due?.digest.failures).toEqual([{ event: failed('1'), since: NOW }]);
    expect(due?.mailed).toEqual([mailed('1', { since: NOW, mailedAt: NOW })]);

    const outage = mailed('run', { reason: 'UNAVAILABLE', mailedAt: NOW + 2 * HOUR });
    const error = decide({ report: report([], { error: down }), memory: [outage] });
    expect(error?.digest.error).toEqual({ ...down, since: NOW - 40 * HOUR });
    expect(error?.mailed).toMatchObject([{ subject: 'run', mailedAt: NOW }]);

    const gone = decide({ report: report([skipped('2')]), memory: [mailed('1', ahead)] });
    expect(gone?.digest.outOfSight).toMatchObject([{ subject: '1', since: NOW }]);
    expect(gone?.forget).toMatchObject([{ subject: '1', reason: 'DRIFT' }]);
  });

  it('are not told twice because another host is some seconds ahead', () => {
    const memory = [mailed('1', { mailedAt: NOW + 60_000 })];
    expect(decide({ report: report([failed('1')]), memory })).toBeNull();
  });

  it('are new when the reason is another one', () => {
    const due = decide({ report: report([failed('1', { reason: 'TOUCHED' })]), memory: [mailed('1')] });
    expect(due?.digest.failures).toMatchObject([{ since: null }]);
    expect(due?.digest.resolved).toEqual([]);
    expect(due?.forget).toEqual([mailed('1')]);
  });
});

describe('failures that are over', () => {
  it.each([
    ['injected', injected('1')],
    ['repaired', repaired('1')],
    ['already right', skipped('1')],
    ['no longer wanted', skipped('1', { reason: 'STATUS_NOT_ELIGIBLE' })],
  ])('%s: are told once', (_, event) => {
    const due = decide({ report: report([event]), memory: [mailed('1')] });
    expect(due?.digest.resolved).toEqual([mailed('1')]);
    expect(due?.forget).toEqual([mailed('1')]);
    expect(decide({ report: report([skipped('1')]), memory: [] })).toBeNull();
  });

  it.each(['LOCKED', 'CLAIMED_ELSEWHERE', 'CONNECTOR_DISABLED', 'LOCATION_NOT_ALLOWED', 'PAST'] as const)(
    'are not concluded from %s, where nobody looked',
    (reason) => {
      expect(decide({ report: report([skipped('1', { reason })]), memory: [mailed('1')] })).toBeNull();
    },
  );

  it('are mentioned a last time when sweeps have not come across them for days', () => {
    const old = mailed('1', { mailedAt: NOW - 73 * HOUR });
    const due = decide({ report: report([skipped('2')]), memory: [old, mailed('3')] });
    expect(due?.digest.outOfSight).toEqual([old]);
    expect(due?.forget).toEqual([old]);
    expect(decide({ report: report([skipped('2')]), memory: [old], wholeSweep: false })).toBeNull();
  });
});

describe('a run that failed as a whole', () => {
  it('is told once instead of every event it could not do', () => {
    const held = [
      failed('1', { reason: 'REVEL_ERROR' }),
      failed('2', { reason: 'SOURCE_ERROR' }),
      failed('3', { reason: 'ABORTED' }),
    ];
    const due = decide({ report: report([...held, failed('4')], { error: down }), memory: [mailed('1')] });
    expect(due?.digest.error).toEqual({ ...down, since: null });
    expect(due?.digest.held).toEqual(held);
    expect(due?.digest.failures).toEqual([{ event: failed('4'), since: null }]);
    expect(due?.mailed.map(({ subject, reason }) => [subject, reason])).toEqual([
      ['4', 'DRIFT'],
      ['run', 'UNAVAILABLE'],
    ]);
    expect(due?.forget).toEqual([]);
  });

  it('folds the orders of a refused run into its error', () => {
    const error = { code: 'CREATE_LIMIT', message: '300 new orders are planned.', hint: 'Use --force.' };
    const due = decide({ report: report([failed('1', { reason: 'CREATE_LIMIT' })], { error }) });
    expect(due?.digest.held).toHaveLength(1);
    expect(due?.digest.failures).toEqual([]);
  });

  it('tells upstream failures of single events where the run itself went on', () => {
    const event = failed('1', { reason: 'REVEL_ERROR' });
    expect(decide({ report: report([event]) })?.digest.failures).toEqual([{ event, since: null }]);
  });

  it('is over with the next good sweep', () => {
    const memory = [mailed('run', { reason: 'INCOMPLETE' }), mailed('run', { reason: 'UNAVAILABLE' })];
    expect(decide({ memory })?.digest.resolved).toEqual(memory);
    const single = decide({ report: report([skipped('1')], { mode: 'single' }), memory });
    expect(single?.digest.resolved).toEqual([memory[1]]);
  });
});

describe('EMAIL_ON', () => {
  const events = [injected('1'), repaired('2'), failed('3')];

  it('changes: tells nothing of failures and remembers none', () => {
    const due = decide({ report: report(events), on: ['changes'] });
    expect(due?.digest.changes).toEqual(events.slice(0, 2));
    expect(due?.digest.failures).toEqual([]);
    expect(due?.mailed).toEqual([]);
  });

  it('failures: tells nothing of changes', () => {
    const due = decide({ report: report(events), on: ['failures'] });
    expect(due?.digest.changes).toEqual([]);
    expect(due?.digest.failures).toHaveLength(1);
  });
});
