import { describe, expect, it } from 'vitest';
import { MAX_EVENTS, type PastRun, pastRuns, standingFailures } from '../../src/state/history.js';
import type { JournalRecord } from '../../src/state/types.js';

const ALL = { since: null, eventIds: null };
const MINUTE = 60_000;
const T0 = Date.parse('2026-11-14T12:00:00Z');

const at = (minute: number) => new Date(T0 + minute * MINUTE).toISOString();

function start(run: string, minute: number, mode: 'single' | 'bulk' = 'bulk'): JournalRecord {
  return { type: 'run-start', at: at(minute), run, mode, trigger: 'cron', window: null };
}

type Result = Extract<JournalRecord, { type: 'event' }>;

function event(run: string, minute: number, id: string, changes: Partial<Result> = {}): JournalRecord {
  const failed = { status: 'failed', reason: 'DRIFT', error: 'It differs.' } as const;
  const rest = { name: 'Party', date: '2026-11-14', location: 'West', order: '1', total: '1.00' };
  return { type: 'event', at: at(minute), run, id, ...failed, ...rest, ...changes };
}

function end(
  run: string,
  minute: number,
  changes: Partial<Extract<JournalRecord, { type: 'run-end' }>> = {},
): JournalRecord {
  const summary = { queried: 0, injected: 0, repaired: 0, skipped: 0, failed: 0 };
  return { type: 'run-end', at: at(minute), run, mode: 'bulk', complete: true, exit: 0, summary, ...changes };
}

async function* journal(...records: JournalRecord[]): AsyncGenerator<JournalRecord> {
  yield* records;
}

async function all(runs: AsyncIterable<PastRun>): Promise<PastRun[]> {
  const list: PastRun[] = [];
  for await (const run of runs) list.push(run);
  return list;
}

const shapes = (runs: readonly PastRun[]) =>
  runs.map(({ run, start, events, end }) => [run, start !== null, events.map(({ id }) => id), end !== null]);

describe('pastRuns', () => {
  it('puts the lines of runs together that went on at the same time', async () => {
    const records = [
      start('a', 0),
      start('b', 1, 'single'),
      event('b', 2, '7'),
      end('b', 2),
      event('a', 3, '8'),
      end('a', 3),
    ];
    expect(shapes(await all(pastRuns(journal(...records), ALL)))).toEqual([
      ['a', true, ['8'], true],
      ['b', true, ['7'], true],
    ]);
  });

  it('reports runs that never ended, and ends whose beginning was rotated away', async () => {
    const records = [end('old', 0), start('killed', 1), start('b', 2), end('b', 3)];
    expect(shapes(await all(pastRuns(journal(...records), ALL)))).toEqual([
      ['old', false, [], true],
      ['killed', true, [], false],
      ['b', true, [], true],
    ]);
  });

  it('puts a run that was killed where it belongs, and waits for it for a day at most', async () => {
    const day = 24 * 60;
    const records = [start('killed', 0), start('b', 1), end('b', 2), start('c', day), end('c', day + 1)];
    const seen: string[] = [];
    const reading = (async function* () {
      for (const record of records) {
        yield record;
        seen.push(`read ${record.run}`);
      }
    })();
    for await (const { run } of pastRuns(reading, ALL)) seen.push(run);
    expect(seen.join(', ')).toBe('read killed, read b, read b, killed, b, read c, c, read c');
  });

  it('filters by event, then leaves out runs without it', async () => {
    const records = [
      start('a', 0),
      event('a', 1, '7'),
      event('a', 1, '8'),
      end('a', 1),
      start('b', 2),
      event('b', 3, '8'),
      end('b', 3),
    ];
    expect(shapes(await all(pastRuns(journal(...records), { since: null, eventIds: ['7', '9'] })))).toEqual([
      ['a', true, ['7'], true],
    ]);
  });

  it('counts a run from when it last did something', async () => {
    const records = [start('a', 0), end('a', 1), start('b', 2), end('b', 10), start('c', 3)];
    expect(
      shapes(await all(pastRuns(journal(...records), { since: T0 + 4 * MINUTE, eventIds: null }))),
    ).toEqual([['b', true, [], true]]);
  });

  it('yields while it reads, so that the journal is never held as a whole', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<JournalRecord> {
      for (;;) {
        read += 1;
        yield start(`run-${read}`, read);
        yield end(`run-${read}`, read);
      }
    }
    let seen = 0;
    for await (const run of pastRuns(endless(), ALL)) {
      seen += 1;
      expect(run.run).toBe(`run-${seen}`);
      expect(read).toBe(seen);
      if (seen === 100) break;
    }
  });

  it('keeps a bounded number of runs without an end, and of results of one run', async () => {
    const killed = Array.from({ length: 1_500 }, (_, index) => start(`killed-${index}`, index));
    const runs = pastRuns(journal(...killed), ALL);
    expect((await runs.next()).value).toMatchObject({ run: 'killed-0', end: null });
    expect(await all(runs)).toHaveLength(1_499);

    const many = Array.from({ length: MAX_EVENTS + 5 }, (_, index) => event('a', 0, String(index)));
    const [run] = await all(pastRuns(journal(start('a', 0), ...many, end('a', 1)), ALL));
    expect(run?.events).toHaveLength(MAX_EVENTS);
    expect(run?.omitted).toBe(5);
  });
});

describe('standingFailures', () => {
  const standing = async (...records: JournalRecord[]) =>
    (await standingFailures(journal(...records))).map(({ result, since, runs, passedOver }) => ({
      id: result.id,
      last: result.at,
      since,
      runs,
      passedOver,
    }));

  it('are events whose newest result is failed, since when and how often', async () => {
    expect(
      await standing(
        event('a', 0, '7'),
        event('a', 0, '8'),
        event('b', 45, '7', { reason: 'TOUCHED' }),
        event('b', 45, '8', { status: 'repaired', reason: null }),
        event('c', 90, '7'),
      ),
    ).toEqual([{ id: '7', last: at(90), since: at(0), runs: 3, passedOver: false }]);
  });

  it('begin anew after a success', async () => {
    const good = event('b', 45, '7', { status: 'skipped', reason: 'ALREADY_INJECTED', error: null });
    expect(await standing(event('a', 0, '7'), good, event('c', 90, '7'))).toEqual([
      { id: '7', last: at(90), since: at(90), runs: 1, passedOver: false },
    ]);
    expect(await standing(event('a', 0, '7'), good)).toEqual([]);
  });

  it('end for an event that Tripleseat does not have, with a sweep that covers everything', async () => {
    const gone = event('b', 45, '7', { reason: 'EVENT_NOT_FOUND', order: null });
    expect(await standing(event('a', 0, '7'), gone)).toMatchObject([{ id: '7', runs: 2 }]);
    const partial = end('c', 90, { complete: false });
    expect(await standing(event('a', 0, '7'), gone, partial)).toMatchObject([{ id: '7' }]);
    expect(await standing(event('a', 0, '7'), gone, end('c', 90))).toEqual([]);
    // What fails in another way stands, whoever passes it over.
    expect(await standing(gone, event('c', 90, '7'), end('d', 135))).toMatchObject([{ id: '7' }]);
  });

  it.each(['LOCKED', 'CLAIMED_ELSEWHERE', 'CONNECTOR_DISABLED', 'LOCATION_NOT_ALLOWED', 'PAST'])(
    'stay through a run that was skipped as %s',
    async (reason) => {
      expect(
        await standing(event('a', 0, '7'), event('b', 1, '7', { status: 'skipped', reason })),
      ).toHaveLength(1);
    },
  );

  it('are marked when the newest complete sweep did not report them', async () => {
    const sweep = (run: string, minute: number, complete = true) => end(run, minute, { complete });
    const first = [event('a', 0, '7'), sweep('a', 0)];
    expect(await standing(...first)).toMatchObject([{ passedOver: false }]);
    expect(await standing(...first, sweep('b', 45))).toMatchObject([{ passedOver: true }]);
    expect(await standing(...first, sweep('b', 45, false))).toMatchObject([{ passedOver: false }]);
    expect(await standing(...first, end('b', 45, { mode: 'single', complete: false }))).toMatchObject([
      { passedOver: false },
    ]);
    // A webhook's run has found it failing after that sweep.
    expect(await standing(...first, sweep('b', 45), event('c', 50, '7'))).toMatchObject([
      { passedOver: false },
    ]);
  });

  it('are sorted by how long they stand', async () => {
    expect(
      (await standing(event('a', 5, '9'), event('a', 0, '8'), event('a', 0, '7'))).map(({ id }) => id),
    ).toEqual(['7', '8', '9']);
  });
});
