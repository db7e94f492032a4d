import { withRecords } from '../app/records.js';
import { type Surroundings, stoppedBy, styleOf } from '../app/surroundings.js';
import { zoneToTell } from '../app/zone.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/types.js';
import type { EventId } from '../domain/ids.js';
import { naiveInstants } from '../domain/zones.js';
import { ExitCode } from '../errors.js';
import { failureLines, historyStyle, runLines, sourceLines, standingLines } from '../report/history.js';
import { writeJson } from '../report/json.js';
import { writeAll } from '../report/output.js';
import { shopTime } from '../report/shops.js';
import { type PastRun, pastRuns, type StandingFailure, standingFailures } from '../state/history.js';
import type { Journal } from '../state/types.js';
import { Zones } from '../state/zones.js';
import { type LinkPatterns, linksOf } from '../text/links.js';
import { clean } from '../text/text.js';
import type { Since } from './since.js';

const DAY = 86_400_000;
/** How far the history goes back unless asked for more, or for certain events: 7 days. */
const DEFAULT_SPAN_MS = 7 * DAY;

/** `history` as asked for on the command line. */
export interface HistoryOptions {
  /** Null: all events. */
  eventIds: EventId[] | null;
  /** Null: seven days, with event ids everything there is. */
  since: Since | null;
  /** Only failures that stand now. */
  failed: boolean;
  json: boolean;
  /** The journal of the sandbox. */
  sandbox: boolean;
}

/** What is told, and where it was read. */
interface Told {
  options: HistoryOptions;
  journal: Journal;
  /** Name of the state, for people. */
  place: string;
  /** Addresses of the pages of events and orders. */
  pages: LinkPatterns;
  /** Where it begins, epoch milliseconds; null: with everything there is. */
  since: number | null;
}

/**
 * `history`: what past runs did, from the journal alone. Nothing is asked of either service. With `--failed` 1: a
 * failure stands, or no sweep is on record that could tell. 130 or 143 when a signal has cut it short.
 */
export function historyCommand(options: HistoryOptions, around: Surroundings): Promise<ExitCode> {
  return withRecords(options.sandbox, around, async ({ state: { journal }, place, shops, links }) => {
    const since = await sinceOf(options, shops, journal);
    const told: Told = { options, journal, place, pages: links, since };
    if (options.failed) return tellFailures(told, around);
    await tellRuns(told, around);
    return around.stop.aborted ? stoppedBy(around.stop) : ExitCode.ok;
  });
}

async function sinceOf(
  { since, eventIds, failed }: HistoryOptions,
  shops: Config['locations'],
  journal: Journal,
): Promise<number | null> {
  const now = systemClock.now();
  if (since === null) return eventIds !== null || failed ? null : now - DEFAULT_SPAN_MS;
  return startOf(since, since.kind === 'local' ? await zoneToTell(shops, journal) : '', now);
}

/** When that is, in epoch milliseconds. (Not in since.ts, which every start loads: the calendar is slow to load.) `zone`: IANA zone of the shop. */
export function startOf(since: Since, zone: string, now: number): number {
  switch (since.kind) {
    case 'span':
      return now - since.ms;
    case 'instant':
      return since.at;
    case 'local': {
      const [first = now] = naiveInstants(since.time, zone);
      return first;
    }
  }
}

async function tellRuns(
  { options, journal, place, pages, since }: Told,
  around: Surroundings,
): Promise<void> {
  const zones = new Zones();
  const runs = pastRuns(zones.of(journal.read()), { since, eventIds: options.eventIds });
  const sweep = await journal.lastGoodSweep();
  if (options.json) return runsAsJson(runs, { since, sweep, place, pages }, around);
  const style = await historyStyle(styleOf(around), pages);
  let count = 0;
  for await (const run of runs) {
    if (around.stop.aborted) return;
    count += 1;
    const zone = run.start?.zone ?? zones.last;
    await writeAll(around.stdout, `${runLines(run, { ...style, zone }).join('\n')}\n`);
  }
  const from = since === null ? '' : ` since ${shopTime(since, zones.last)}`;
  const more = options.since === null && since !== null ? ' (--since shows more)' : '';
  const counted = count === 0 ? 'No runs' : count === 1 ? '1 run' : `${count} runs`;
  const source = sourceLines({ sweep, now: systemClock.now(), place }, { ...style, zone: zones.last });
  await writeAll(around.stdout, `${[`${counted}${from}${more}`, ...source].join('\n')}\n`);
}

/** Written run by run, so that the whole is never in memory. */
async function runsAsJson(
  runs: AsyncIterable<PastRun>,
  {
    since,
    sweep,
    place,
    pages,
  }: { since: number | null; sweep: string | null } & Pick<Told, 'place' | 'pages'>,
  around: Surroundings,
): Promise<void> {
  const head = {
    since: since === null ? null : new Date(since).toISOString(),
    state: clean(place, 300),
    last_complete_sweep: sweep,
  };
  await writeAll(around.stdout, `${JSON.stringify(head).slice(0, -1)},"runs":[`);
  let separator = '';
  for await (const run of runs) {
    // Half of a document is to be taken for no whole one.
    if (around.stop.aborted) return;
    await writeAll(around.stdout, `${separator}\n${JSON.stringify(runDocument(run, pages))}`);
    separator = ',';
  }
  await writeAll(around.stdout, '\n]}\n');
}

function runDocument({ run, start, end, events, omitted }: PastRun, pages: LinkPatterns) {
  return {
    run: clean(run, 64),
    mode: (start ?? end)?.mode ?? null,
    trigger: safe(start?.trigger ?? null, 20),
    started_at: start?.at ?? null,
    ended_at: end?.at ?? null,
    window: start?.window ? { from: clean(start.window.from, 40), to: clean(start.window.to, 40) } : null,
    exit: end?.exit ?? null,
    complete: end?.complete ?? false,
    summary: end?.summary ?? null,
    events: events.map((event) => eventDocument(event, pages)),
    events_omitted: omitted,
  };
}

function eventDocument(event: PastRun['events'][number], pages: LinkPatterns) {
  const short = (text: string | null) => safe(text, 200);
  return {
    id: clean(event.id, 40),
    name: safe(event.name, 200),
    date: safe(event.date, 20),
    location: safe(event.location, 100),
    status: event.status,
    reason: safe(event.reason, 40),
    revel_order_id: safe(event.order, 40),
    total: safe(event.total, 40),
    error: safe(event.error, 8_000),
    differences: (event.differences ?? []).map(({ field, name, event: wanted, order }) => ({
      field,
      name: short(name),
      event: short(wanted),
      order: short(order),
    })),
    orders: (event.orders ?? []).map((order) => ({
      ...order,
      id: clean(order.id, 40),
      made: short(order.made),
      by: short(order.by),
      paid: short(order.paid),
      elsewhere: short(order.elsewhere),
      link: linksOf(pages, event.id, order.id).order,
    })),
    links: linksOf(pages, event.id, event.order),
  };
}

/** JSON escapes no C1 controls and no marks that turn text around. */
function safe(text: string | null, max: number): string | null {
  return text === null ? null : clean(text, max);
}

async function tellFailures(
  { options, journal, place, pages, since }: Told,
  around: Surroundings,
): Promise<ExitCode> {
  const zones = new Zones();
  const failures = (await standingFailures(zones.of(journal.read()))).filter(
    ({ result }) =>
      (options.eventIds === null || options.eventIds.some((id) => id === result.id)) &&
      (since === null || Date.parse(result.at) >= since),
  );
  const sweep = await journal.lastGoodSweep();
  const exit = failures.length > 0 || sweep === null ? ExitCode.eventFailed : ExitCode.ok;
  if (options.json) {
    const documents = failures.map((failure) => failureDocument(failure, pages));
    await writeJson(around.stdout, {
      state: clean(place, 300),
      last_complete_sweep: sweep,
      failures: documents,
    });
    return exit;
  }
  const style = { ...(await historyStyle(styleOf(around), pages)), zone: zones.last };
  const now = systemClock.now();
  const { sandbox } = options;
  const lines = failures.length === 0 ? [] : failureLines(failures, { now, sandbox }, style);
  const end = standingLines(failures.length, { sweep, now, place, sandbox }, style);
  await writeAll(around.stdout, `${[...lines, ...end].join('\n')}\n`);
  return exit;
}

function failureDocument({ result, since, runs, passedOver }: StandingFailure, pages: LinkPatterns) {
  return {
    ...eventDocument(result, pages),
    failing_since: since,
    failing_runs: runs,
    last_run: clean(result.run, 64),
    last_at: result.at,
    passed_over: passedOver,
  };
}
