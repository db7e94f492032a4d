import type { Config } from '../config/types.js';
import type { AppError } from '../errors.js';
import { buildReport } from '../report/build.js';
import type { RunReport } from '../report/schema.js';
import { modeOf } from '../sync/record.js';
import type { EventResult, RunProblem, SyncOutcome, SyncRequest } from '../sync/types.js';
import { linksOf } from '../text/links.js';

/** How a run went, besides what came of it. */
export interface RunFacts {
  /** Epoch milliseconds. */
  startedAt: number;
  /** Epoch milliseconds. */
  finishedAt: number;
  /** Requests that went out. */
  requests: { tripleseat: number; revel: number };
  /** Takes secrets out of a text. */
  redact: (text: string) => string;
  /** Addresses of pages, with `{id}`. */
  links: Config['links'];
}

/** The report of a run. */
export function reportOf(request: SyncRequest, outcome: SyncOutcome, facts: RunFacts): RunReport {
  return buildReport({
    ...headOf(request),
    ...facts,
    window: outcome.window,
    events: outcome.results.map((result) => reported(result, facts.links)),
    error: problemError(outcome.problem),
  });
}

/** The report of a run that never began. `now` in epoch milliseconds. */
export function stillbornReport(
  request: Pick<SyncRequest, 'target' | 'dryRun' | 'trigger' | 'correlationId'>,
  error: AppError,
  now: number,
): RunReport {
  return buildReport({
    ...headOf(request),
    startedAt: now,
    finishedAt: now,
    window: null,
    events: [],
    error: { code: error.code, message: error.message, hint: error.hint },
    requests: { tripleseat: 0, revel: 0 },
    redact: (text) => text,
  });
}

function headOf(request: Pick<SyncRequest, 'target' | 'dryRun' | 'trigger' | 'correlationId'>) {
  const { dryRun, trigger, correlationId } = request;
  return { mode: modeOf(request), dryRun, trigger, correlationId };
}

function reported(result: EventResult, links: Config['links']): RunReport['events'][number] {
  const { upstream: _, booked: __, own: ___, orderId, orders, ...rest } = result;
  return {
    ...rest,
    orders: orders.map((order) => ({ ...order, link: linksOf(links, result.id, order.id).order })),
    revel_order_id: orderId,
    links: linksOf(links, result.id, orderId),
  };
}

function problemError(problem: RunProblem | null): RunReport['error'] {
  if (problem === null) return null;
  const hint = 'hint' in problem ? problem.hint : hintFor(problem.kind);
  return { code: problem.kind.replace('-', '_').toUpperCase(), message: problem.message, hint };
}

function hintFor(kind: Exclude<RunProblem['kind'], 'credentials' | 'state'>): string | null {
  switch (kind) {
    case 'locked':
      return 'Nothing to do: the other run does the work.';
    case 'unavailable':
      return 'The next run tries again. If this goes on, check the status of both services.';
    case 'incomplete':
      return 'What could be read was done. The next sweep looks again.';
    case 'stopped':
      return 'Run it again: it takes up where this run stopped.';
    case 'state-unavailable':
      return 'Run it again when the database is back: it takes up where this run stopped.';
    case 'create-limit':
      return 'See with --dry-run --force what would be made. If it is right, run again with --force.';
  }
}
