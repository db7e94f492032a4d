import type { Shard } from '../domain/shard.js';
import type { Journal, JournalRecord } from '../state/types.js';
import type { SyncOutcome, SyncRequest } from './types.js';

/** The journal of one run: its start before anything is done, then every result and its end. */
export async function recordStart(journal: Journal, request: SyncRequest, now: number): Promise<void> {
  const { target } = request;
  await journal.append([
    {
      type: 'run-start',
      at: new Date(now).toISOString(),
      run: request.correlationId,
      mode: modeOf(request),
      trigger: request.trigger,
      ...shardOf(request),
      window:
        target.kind === 'sweep'
          ? {
              from: new Date(now - target.hoursBack * 3_600_000).toISOString(),
              to: new Date(now).toISOString(),
            }
          : null,
    },
  ]);
}

/** See {@link recordStart}. Skips that say nothing new are left out; `redact` takes secrets out of a text. */
export async function recordEnd(
  journal: Journal,
  request: SyncRequest,
  outcome: SyncOutcome,
  exit: number,
  now: number,
  redact: (text: string) => string,
): Promise<void> {
  const at = new Date(now).toISOString();
  const run = request.correlationId;
  const results = outcome.results.filter(
    ({ status }) => status !== 'skipped' || request.target.kind === 'events',
  );
  const count = (status: string) => outcome.results.filter((result) => result.status === status).length;
  const records: JournalRecord[] = results.map((result) => ({
    type: 'event',
    at,
    run,
    id: result.id,
    name: result.name === null ? null : redact(result.name),
    date: result.date,
    location: result.location,
    status: result.status,
    reason: result.reason,
    order: result.orderId,
    total: result.total,
    error: result.error === null ? null : redact(result.error),
  }));
  records.push({
    type: 'run-end',
    at,
    run,
    mode: modeOf(request),
    complete: outcome.complete,
    ...shardOf(request),
    exit,
    summary: {
      queried: outcome.results.length,
      injected: count('injected'),
      repaired: count('repaired'),
      skipped: count('skipped'),
      failed: count('failed'),
    },
  });
  await journal.append(records);
}

function shardOf({ target }: SyncRequest): { shard?: Shard } {
  return target.kind === 'sweep' && target.shard ? { shard: target.shard } : {};
}

/** `single` for named events, `bulk` for a sweep. */
export function modeOf({ target }: Pick<SyncRequest, 'target'>): 'single' | 'bulk' {
  return target.kind === 'events' ? 'single' : 'bulk';
}
