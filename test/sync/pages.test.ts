import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/sync/outcome.js';
import { Desk, type DeskRun, type Sent, sweepRequest } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const SEARCH = '/v1/events/search.json';

interface Row {
  id: number;
}

/** A desk with so many events of one day. */
function deskWith(count: number): Desk {
  const desk = new Desk(NOW, false, true);
  for (let n = 0; n < count; n += 1) desk.add({ date: '2026-11-12', status: 'CLOSED' });
  return desk;
}

function searches(run: DeskRun): Sent[] {
  return run.sent.filter(({ path }) => path === SEARCH);
}

function isPage(sent: Sent, page: number): boolean {
  return sent.path === SEARCH && sent.query.get('page') === String(page);
}

function isOneDay({ query }: Sent): boolean {
  const field = query.has('event_start_date') ? 'event' : 'event_updated';
  return query.get(`${field}_start_date`) === query.get(`${field}_end_date`);
}

/** Passes every page of a search through `change`. */
function editPages(desk: Desk, change: (sent: Sent, rows: Row[], pages: number) => [Row[], number]): void {
  desk.edit = (sent, body) => {
    if (sent.path !== SEARCH) return body;
    const { results, total_pages } = JSON.parse(body);
    const [rows, pages] = change(sent, results, total_pages);
    return JSON.stringify({ total_pages: pages, results: rows });
  };
}

/** The last row of page 1 comes again on page 2, in place of that page's last one, as long as `while_` says. */
function shift(desk: Desk, while_: (sent: Sent) => boolean): void {
  const last = new Map<string, Row>();
  editPages(desk, (sent, rows, pages) => {
    const search = `${sent.query.get('site_id')} ${sent.query.get('order')}`;
    const [end] = rows.slice(-1);
    if (isPage(sent, 1) && end) last.set(search, end);
    const again = last.get(search);
    if (!isPage(sent, 2) || !again || rows.length === 0 || !while_(sent)) return [rows, pages];
    return [[again, ...rows.slice(0, -1)], pages];
  });
}

describe('pages of a search that move while they are read', () => {
  it('a sweep whose pages stand still asks no more than before', async () => {
    const desk = deskWith(60);
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(60);
    // Two searches for each of three sites; those of one site have two pages.
    expect(searches(run)).toHaveLength(8);
    expect(run.problem).toBeNull();
  });

  it('once: the search is read again, and the event that was left out is there', async () => {
    const desk = deskWith(60);
    const hit = new Set<string>();
    shift(desk, ({ query }) => {
      const order = query.get('order') ?? '';
      const first = !hit.has(order);
      hit.add(order);
      return first;
    });
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(60);
    expect(run).toMatchObject({ problem: null, complete: true });
    expect(searches(run).length).toBeLessThanOrEqual(12);
  });

  it('each time: it is read day by day', async () => {
    const desk = deskWith(60);
    // Of one day there is only one page, since the others were spread.
    for (const [index, event] of [...desk.tripleseat.store.events.values()].entries()) {
      const date = index % 2 === 0 ? '2026-11-13' : '2026-11-12';
      desk.tripleseat.store.putEvent({ ...event, event_date_iso8601: date, updated_at: '9/1/2026 9:00 AM' });
    }
    shift(desk, (sent) => !isOneDay(sent));
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(60);
    expect(run).toMatchObject({ problem: null, complete: true });
  });

  it('for good: what was seen is dealt with, and the run says that something may be missing', async () => {
    const desk = deskWith(60);
    shift(desk, () => true);
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(59);
    expect(run).toMatchObject({
      complete: false,
      problem: {
        kind: 'incomplete',
        message: expect.stringMatching(
          /^The search of site 15691 for events that are due kept showing an event on two pages, so that another one may have been left out\. The search of site 15691 for updated events kept/,
        ),
      },
    });
    expect(exitCodeOf(run, sweepRequest, false)).toBe(1);
    // Each of the two is read twice as a whole and up to the day that moves.
    expect(searches(run).length).toBeLessThanOrEqual(2 * (4 + 10) + 4);
  });

  it('for good, but each time another event is left out: nothing is missing', async () => {
    const desk = deskWith(60);
    let reading = 0;
    let dropped = 0;
    const first: Row[] = [];
    editPages(desk, (sent, rows, pages) => {
      if (isPage(sent, 1) && rows.length > 0) first.splice(0, 1, ...rows.slice(0, 1));
      if (!isPage(sent, 2)) return [rows, pages];
      reading += 1;
      dropped = reading % rows.length;
      return [[...first, ...rows.filter((_, index) => index !== dropped)], pages];
    });
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(60);
    expect(run).toMatchObject({ problem: null, complete: true });
    expect(searches(run).length).toBeLessThanOrEqual(12);
  });

  it('an event that a server lists twice of itself, on one page or on two, makes no sweep fail', async () => {
    const desk = deskWith(60);
    for (const [index, event] of [...desk.tripleseat.store.events.values()].entries()) {
      const day = index % 2 === 0 ? '12' : '13';
      const stamp = `11/${day}/2026 1:00 PM`;
      desk.tripleseat.store.putEvent({
        ...event,
        event_date_iso8601: `2026-11-${day}`,
        updated_at: stamp,
      });
    }
    // Every row comes twice, on the page and on the next one.
    let before: Row[] = [];
    editPages(desk, (sent, rows, pages) => {
      const doubled = rows.flatMap((row) => [row, row]);
      const all = isPage(sent, 1) ? doubled : [...before.slice(-1), ...doubled];
      before = rows;
      return [all, pages];
    });
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(60);
    expect(run).toMatchObject({ problem: null, complete: true });
  });
});

describe('a server that ignores the page number', () => {
  it('and counts no pages: a short page that comes again is all there is, at no extra cost', async () => {
    const desk = deskWith(3);
    const first = new Map<string, Row[]>();
    editPages(desk, (sent, rows) => {
      const search = `${sent.query.get('site_id')} ${sent.query.get('order')}`;
      if (isPage(sent, 1)) first.set(search, rows);
      return [first.get(search) ?? [], 0];
    });
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(3);
    expect(run).toMatchObject({ problem: null, complete: true });
    expect(searches(run)).toHaveLength(2 * (2 + 1 + 1));
  });

  it('and counts more pages than it shows: the run says that events may be missing', async () => {
    const desk = deskWith(60);
    const first = new Map<string, Row[]>();
    editPages(desk, (sent, rows, pages) => {
      const search = [...sent.query].filter(([name]) => name !== 'page').join();
      if (isPage(sent, 1)) first.set(search, rows);
      return [first.get(search) ?? [], pages];
    });
    const run = await desk.sweep({ dryRun: true });
    expect(run.results).toHaveLength(50);
    expect(run).toMatchObject({ complete: false, problem: { kind: 'incomplete' } });
  });
});

it('pages without a row are not the end of a search while the server counts more', async () => {
  const desk = deskWith(50);
  const held = new Map<string, Row[]>();
  editPages(desk, (sent, rows) => {
    const search = [...sent.query].filter(([name]) => name !== 'page').join();
    if (isPage(sent, 1)) held.set(search, rows.slice(0, 10));
    return [isPage(sent, 1) ? rows.slice(10) : isPage(sent, 4) ? (held.get(search) ?? []) : [], 4];
  });
  const run = await desk.sweep({ dryRun: true });
  expect(run.results).toHaveLength(50);
  expect(run).toMatchObject({ problem: null, complete: true });
});
