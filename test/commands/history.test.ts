import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { type HistoryOptions, historyCommand } from '../../src/commands/history.js';
import { parseEventId } from '../../src/domain/ids.js';
import { openStateDir } from '../../src/state/files/open.js';
import type { JournalRecord } from '../../src/state/types.js';
import { Terminal } from './terminal.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ts-reconcile-history-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function journal(...records: JournalRecord[]): Promise<void> {
  const state = await openStateDir({ dir, clock: systemClock, random: Math.random });
  await state.journal.append(records);
  await state.close();
}

const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

type Result = Extract<JournalRecord, { type: 'event' }>;

function result(run: string, when: number, id: string, changes: Partial<Result> = {}): Result {
  return {
    type: 'event',
    at: ago(when),
    run,
    id,
    name: 'Alder Dinner',
    date: '2026-11-14',
    location: 'Special Events',
    status: 'injected',
    reason: null,
    order: '10684001',
    total: '1472.00',
    error: null,
    ...changes,
  };
}

function sweep(run: string, when: number, results: Result[], exit = 0): JournalRecord[] {
  const count = (status: string) => results.filter((each) => each.status === status).length;
  const summary = {
    queried: results.length,
    injected: count('injected'),
    repaired: count('repaired'),
    skipped: count('skipped'),
    failed: count('failed'),
  };
  const window = { from: ago(when + 48 * HOUR), to: ago(when) };
  return [
    { type: 'run-start', at: ago(when), run, mode: 'bulk', trigger: 'cron', window },
    ...results,
    { type: 'run-end', at: ago(when - 3_000), run, mode: 'bulk', complete: true, exit, summary },
  ];
}

const failed = (reason: string, error: string) => ({ status: 'failed' as const, reason, order: null, error });

async function history(
  changes: Partial<HistoryOptions> = {},
  on = new Terminal({ STATE_DIR: dir }),
  exit: number = changes.failed ? 1 : 0,
) {
  const options = {
    eventIds: null,
    since: null,
    failed: false,
    json: false,

    sandbox: false,
    ...changes,
  };
  expect(await historyCommand(options, on.around)).toBe(exit);
  return on;
}

const events = (...ids: string[]) => ids.map((id) => parseEventId(id)).filter((id) => id !== null);

describe('history', () => {
  it('shows run by run what happened, oldest first', async () => {
    await journal(
      ...sweep('aaaaaaaa', 2 * HOUR, [result('aaaaaaaa', 2 * HOUR, '61000001')]),
      ...sweep('bbbbbbbb', HOUR, [result('bbbbbbbb', HOUR, '61000002', failed('DRIFT', 'It differs.'))], 1),
      ...sweep('cccccccc', MINUTE, []),
    );
    const lines = (await history()).out.text.split('\n');
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}aaaaaaaa {2}sweep \(cron\): 1 injected in 3 s$/,
    );
    expect(lines[1]).toMatch(/^ {2}date +event +name +result +order +total$/);
    expect(lines.slice(2, 4).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      ' Special Events',
      ' 2026-11-14 61000001 Alder Dinner injected 10684001 1472.00',
    ]);
    expect(lines[4]).toMatch(/bbbbbbbb {2}sweep \(cron\): 1 failed in 3 s, exit 1$/);
    expect(lines.slice(7, 9).map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      ' 2026-11-14 61000002 Alder Dinner failed DRIFT - 1472.00',
      ' It differs.',
    ]);
    expect(lines[9]).toMatch(/cccccccc {2}sweep \(cron\): no events in 3 s$/);
    expect(lines[10]).toMatch(/^3 runs since .* UTC \(--since shows more\)$/);
  });

  it.each([
    { json: false, signal: 'SIGINT', exit: 130 },
    { json: true, signal: 'SIGTERM', exit: 143 },
  ])('does not pass off what $signal has cut short as the whole: $json', async ({ json, signal, exit }) => {
    await journal(...sweep('aaaaaaaa', 2 * HOUR, []), ...sweep('bbbbbbbb', HOUR, []));
    const on = new Terminal({ STATE_DIR: dir });
    void on.out.match(/aaaaaaaa/).then(() => on.stop.abort(signal));
    await history({ json }, on, exit);
    expect(on.out.text).not.toContain('bbbbbbbb');
    expect(on.out.text).not.toMatch(/1 run|\]\}/);
  });

  it('goes back seven days unless asked for more or for an event', async () => {
    await journal(...sweep('aaaaaaaa', 8 * DAY, [result('aaaaaaaa', 8 * DAY, '61000001')]));
    expect((await history()).out.text).toMatch(/^No runs since/);
    expect((await history({ since: { kind: 'span', ms: 9 * DAY } })).out.text).toContain('aaaaaaaa');
    expect((await history({ since: { kind: 'instant', at: Date.now() - 9 * DAY } })).out.text).toContain(
      'aaaaaaaa',
    );
    expect((await history({ since: { kind: 'span', ms: 7 * DAY } })).out.text).toMatch(
      /^No runs since [^(]*$/,
    );
    expect((await history({ eventIds: events('61000001') })).out.text).toContain('aaaaaaaa');
  });

  it('shows what happened to one event, skips included', async () => {
    await journal(
      ...sweep('aaaaaaaa', 2 * HOUR, [
        result('aaaaaaaa', 2 * HOUR, '61000001'),
        result('aaaaaaaa', 2 * HOUR, '61000002'),
      ]),
      ...sweep('bbbbbbbb', HOUR, [result('bbbbbbbb', HOUR, '61000002')]),
      result('cccccccc', MINUTE, '61000001', { status: 'skipped', reason: 'ALREADY_INJECTED', total: null }),
    );
    const { text } = (await history({ eventIds: events('61000001') })).out;
    expect(text).not.toContain('61000002');
    expect(text).not.toContain('bbbbbbbb');
    expect(text).toMatch(/61000001 {2}Alder Dinner {2}skipped ALREADY_INJECTED {2}10684001 +-\n/);
    expect(text).toContain('cccccccc  run: did not end: it was killed, or is still running');
    expect(text).toMatch(/\n2 runs\nIn [^\n]+: no sweep|\n2 runs\nIn [^\n]+ began 1 h ago, [^\n]+\n$/);
  });

  it('survives torn and foreign lines', async () => {
    await journal(...sweep('aaaaaaaa', HOUR, [result('aaaaaaaa', HOUR, '61000001')]));
    await appendFile(join(dir, 'journal', 'journal.jsonl'), 'nonsense\n{"type":"event","at":"2026');
    await journal(...sweep('bbbbbbbb', MINUTE, []));
    const { text } = (await history()).out;
    expect(text).toContain('aaaaaaaa');
    expect(text).toContain('bbbbbbbb');
    expect(text).toMatch(/^2 runs/m);
  });

  it('creates nothing, and is content with no journal', async () => {
    const missing = join(dir, 'missing');
    const on = await history({}, new Terminal({ STATE_DIR: missing }));
    expect(on.out.text).toMatch(/^No runs/);
    await expect(rm(missing)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('lets nothing through that acts on a terminal, in text and in JSON', async () => {
    const hostile = 'A\u001b[31m \u009b31m\u202eparty\nnext';
    await journal(
      ...sweep('aaaaaaaa', HOUR, [
        result('aaaaaaaa', HOUR, '61000001', { name: hostile, ...failed('DRIFT', hostile) }),
      ]),
    );
    for (const options of [{}, { json: true }, { failed: true }, { failed: true, json: true }]) {
      const { text } = (await history(options)).out;
      expect(text).toContain('party next');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  it('breaks the line of a run where the terminal is narrow', async () => {
    const changes = [
      {},
      { status: 'repaired' as const },
      { status: 'skipped' as const },
      failed('DRIFT', 'Why.'),
    ];
    const results = changes.map((each, at) => result('aaaaaaaa', HOUR, `6100000${at}`, each));
    await journal(...sweep('aaaaaaaa', HOUR, results, 1));
    for (let columns = 40; columns < 80; columns += 1) {
      const on = new Terminal({ STATE_DIR: dir, NO_COLOR: '1' });
      on.out.isTTY = true;
      on.out.columns = columns;
      const [first = '', second = ''] = (await history({}, on)).out.text.split('\n');
      expect(Math.max(first.length, second.length), `${first}\n${second}`).toBeLessThanOrEqual(columns);
    }
  });

  it('fits 80 columns on a terminal, with colour unless that is unwanted', async () => {
    await journal(
      ...sweep('aaaaaaaa', HOUR, [
        result('aaaaaaaa', HOUR, '61000001', { name: 'x'.repeat(300) }),
        result('aaaaaaaa', HOUR, '61000002', failed('DRIFT', 'word '.repeat(100))),
      ]),
    );
    const on = new Terminal({ STATE_DIR: dir });
    on.out.isTTY = true;
    const { text } = (await history({}, on)).out;
    expect(text).toContain('\u001b[31m');
    const widths = text.split('\n').map((line) => stripVTControlCharacters(line).length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    const plain = new Terminal({ STATE_DIR: dir, NO_COLOR: '1' });
    plain.out.isTTY = true;
    expect((await history({}, plain)).out.text).not.toContain('\u001b');
  });

  it('tells times by the clock of the shops that the runs were for', async () => {
    const at = '2026-11-14T20:05:31.500Z';
    const start = {
      type: 'run-start',
      run: 'aaaaaaaa',
      mode: 'single',
      trigger: 'manual',
      window: null,
    } as const;
    await journal(
      { ...start, at, zone: 'America/Los_Angeles' },
      { ...result('aaaaaaaa', 0, '61000001', failed('DRIFT', 'It differs.')), at },
    );
    const since = { kind: 'instant', at: Date.parse('2026-11-14T08:00:00Z') } as const;
    const { text } = (await history({ since })).out;
    expect(text).toMatch(/^2026-11-14 12:05:31 PST {2}aaaaaaaa {2}single run \(manual\)/);
    expect(text).toContain('1 run since 2026-11-14 00:00 PST');
    const noon = { kind: 'local', time: '2026-11-14T12:00:00' } as const;
    expect((await history({ since: noon })).out.text).toContain('1 run since 2026-11-14 12:00 PST');
    const later = { kind: 'local', time: '2026-11-14T12:06:00' } as const;
    expect((await history({ since: later })).out.text).toContain('No runs since 2026-11-14 12:06 PST');
    expect((await history({ failed: true })).out.text).toMatch(/in 1 run, last 2026-11-14 12:05 PST\n/);
  });

  it('is one JSON document with --json', async () => {
    const total = { field: 'total', name: null, event: '1472.00', order: '1400.00' } as const;
    const order = { id: '5', made: '2026-11-14 10:00', by: 'us', paid: null } as const;
    const rival = { ...order, opened: 'yes', equals: 'no', differs: ['tax'], elsewhere: null } as const;
    const orders = [{ ...rival, differs: [...rival.differs] }];
    const one = result('aaaaaaaa', HOUR, '61000001', { differences: [total], orders });
    await journal(...sweep('aaaaaaaa', HOUR, [one]), {
      type: 'run-start',
      at: ago(MINUTE),
      run: 'bbbbbbbb',
      mode: 'single',
      trigger: 'webhook',
      window: null,
    });
    const around = new Terminal({ STATE_DIR: dir, EVENT_LINK: 'https://events.example.com/{id}' });
    const on = await history({ json: true }, around);
    expect(on.err.text).toBe('');
    expect(JSON.parse(on.out.text)).toEqual({
      since: expect.stringMatching(/Z$/),
      state: dir,
      last_complete_sweep: expect.anything(),
      runs: [
        {
          run: 'aaaaaaaa',
          mode: 'bulk',
          trigger: 'cron',
          started_at: expect.stringMatching(/Z$/),
          ended_at: expect.stringMatching(/Z$/),
          window: { from: expect.stringMatching(/Z$/), to: expect.stringMatching(/Z$/) },
          exit: 0,
          complete: true,
          summary: { queried: 1, injected: 1, repaired: 0, skipped: 0, failed: 0 },
          events: [
            {
              id: '61000001',
              name: 'Alder Dinner',
              date: '2026-11-14',
              location: 'Special Events',
              status: 'injected',
              reason: null,
              revel_order_id: '10684001',
              total: '1472.00',
              error: null,
              differences: [{ field: 'total', name: null, event: '1472.00', order: '1400.00' }],
              orders: [{ ...rival, link: null }],
              links: { event: 'https://events.example.com/61000001', order: null },
            },
          ],
          events_omitted: 0,
        },
        expect.objectContaining({ run: 'bbbbbbbb', mode: 'single', ended_at: null, exit: null, events: [] }),
      ],
    });
    expect(
      JSON.parse((await history({ json: true, since: { kind: 'span', ms: 0 } })).out.text),
    ).toMatchObject({ runs: [] });
  });
});

describe('history --failed', () => {
  it('shows the orders of which a person decides as a table, as every run does', async () => {
    const order = { id: '5', made: '2026-11-14 10:00', by: 'us', paid: '1.00', elsewhere: null } as const;
    const orders = [
      { ...order, opened: 'no' as const, equals: 'yes' as const, differs: [] },
      { ...order, id: '6', opened: 'yes' as const, equals: 'no' as const, differs: ['tax' as const] },
    ];
    const two = { ...failed('DUPLICATE_ORDERS', 'It has 2.'), orders };
    await journal(...sweep('aaaaaaaa', HOUR, [result('aaaaaaaa', HOUR, '61000001', two)]));
    const table = [
      '      order  made              by  paid  opened  equals event',
      '      5      2026-11-14 10:00  us  1.00  no      yes',
      '      6      2026-11-14 10:00  us  1.00  yes     no: tax',
    ].join('\n');
    const { text } = (await history({ failed: true })).out;
    expect(text).toContain(table);
    expect(text).toMatch(/ 61000001 .* {2}DUPLICATE_ORDERS /);
    expect((await history({ eventIds: events('61000001') })).out.text).toContain(table);
  });

  it('shows the failures that stand, since when, and marks what the newest sweep passed over', async () => {
    await journal(
      ...sweep('aaaaaaaa', 3 * HOUR, [
        result('aaaaaaaa', 3 * HOUR, '61000001', failed('DRIFT', 'It differs.')),
        result('aaaaaaaa', 3 * HOUR, '61000002', failed('NO_LINE_ITEMS', 'Nothing there.')),
        result('aaaaaaaa', 3 * HOUR, '61000003', failed('MISSED', 'Too late.')),
      ]),
      ...sweep('bbbbbbbb', HOUR, [
        result('bbbbbbbb', HOUR, '61000001', failed('DRIFT', 'It differs still.')),
        result('bbbbbbbb', HOUR, '61000002'),
      ]),
    );
    const { text } = (await history({ failed: true })).out;
    const seen = new Terminal({ STATE_DIR: dir, NO_COLOR: '1' });
    seen.out.isTTY = true;
    await history({ failed: true }, seen);
    expect(seen.out.text).toMatch(/^date +event.* total\n─{80}\n2026-11-14 /m);
    expect(text).toContain(
      '2026-11-14  61000001  Alder Dinner  DRIFT   -      1472.00\n    failing for 3 h, in 2 runs, last ',
    );
    expect(text).toContain(
      '    Special Events: It differs still.\n    → See both sides, and decide: ts-reconcile resolve 61000001\n',
    );
    expect(text).not.toContain('resolve 61000003');
    expect(text).not.toContain('61000002');
    expect(text).toMatch(
      /61000003 {2}Alder Dinner {2}MISSED(?:.|\n)*newest complete sweep did not report it any more/,
    );
    expect(text).toMatch(
      /\n2 standing in \S+; the last sweep that covered everything began 1 h ago, [\d-]+ [\d:]+ UTC\n$/,
    );

    const only = await history({ failed: true, eventIds: events('61000003'), json: true });
    expect(JSON.parse(only.out.text)).toEqual({
      state: dir,
      last_complete_sweep: expect.stringMatching(/^\d{4}-.*Z$/),
      failures: [
        expect.objectContaining({
          id: '61000003',
          reason: 'MISSED',
          error: 'Too late.',
          failing_runs: 1,
          last_run: 'aaaaaaaa',
          passed_over: true,
        }),
      ],
    });
    const recent = await history({ failed: true, since: { kind: 'span', ms: 2 * HOUR }, json: true });
    expect(JSON.parse(recent.out.text).failures.map(({ id }: { id: string }) => id)).toEqual(['61000001']);
  });

  it('claims no length of time for a failure that began in the future of this clock', async () => {
    const start = -364 * DAY - HOUR;
    await journal(
      ...sweep('aaaaaaaa', start, [result('aaaaaaaa', start, '61000001', failed('DRIFT', 'It differs.'))], 1),
    );
    const { text } = (await history({ failed: true })).out;
    expect(text).toMatch(
      /\n {4}failing since [\d-]+ [\d:]+ UTC, 364 d( 1 h)? ahead of this clock, in 1 run, last /,
    );
    expect(text).not.toContain('failing for');
  });

  it('says that none stands only where a sweep has looked, and when', async () => {
    const nobody = await history({ failed: true });
    expect(nobody.out.text).toBe(
      `Whether failures stand is not known: no sweep that covered everything is on record in ${dir}. Run one (ts-reconcile sync), or name the state of your runs (STATE_DIR, STATE_URL).\n`,
    );
    expect(JSON.parse((await history({ failed: true, json: true })).out.text)).toEqual({
      state: expect.any(String),
      last_complete_sweep: null,
      failures: [],
    });
    await journal(...sweep('aaaaaaaa', HOUR, [result('aaaaaaaa', HOUR, '61000001')]));
    const known = await history({ failed: true }, new Terminal({ STATE_DIR: dir }), 0);
    expect(known.out.text).toMatch(/^No failures stand in \S+; the last sweep .* began 1 h ago, /);
  });
});
