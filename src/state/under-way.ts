import { hostname } from 'node:os';
import type { EventId } from '../domain/ids.js';
import { type Shard, shardName } from '../domain/shard.js';
import { errnoOf } from './failure.js';
import type { Journal, JournalRecord } from './types.js';

/** Where a run begins, as the journal keeps it. */
export const thisProcess = (): { host: string; pid: number } => ({
  host: hostname().slice(0, 255),
  pid: process.pid,
});

/** A run that has begun and not ended. */
export type UnderWay = Extract<JournalRecord, { type: 'run-start' }>;

/**
 * The run that most likely holds a lock: of those that have begun and not ended, as far as processes of this host are
 * still there, the first one. A run of another host that was killed cannot be told from one that lives, so that there
 * the last one counts. Null: the journal knows none.
 *
 * @param own the correlation id of the run that asks
 */
export async function holderOf(
  journal: Pick<Journal, 'read'>,
  what: { kind: 'sweep'; shard: Shard | null } | { kind: 'event'; id: EventId },
  own: string,
): Promise<UnderWay | null> {
  const begun = new Map<string, UnderWay>();
  for await (const record of journal.read()) {
    if (record.type === 'run-start') begun.set(record.run, record);
    else if (record.type === 'run-end') begun.delete(record.run);
  }
  begun.delete(own);
  const name = what.kind === 'sweep' ? shardText(what.shard) : '';
  const fitting = [...begun.values()].filter(({ mode, shard = null, events }) =>
    what.kind === 'sweep'
      ? mode === 'bulk' && shardText(shard) === name
      : mode === 'bulk' || (events?.includes(what.id) ?? false),
  );
  const { host } = thisProcess();
  const here = fitting.filter((run) => run.host === host && run.pid !== undefined && isThere(run.pid));
  return here[0] ?? fitting.findLast((run) => run.host !== host) ?? null;
}

function shardText(shard: Shard | null): string {
  return shard === null ? '' : shardName(shard);
}

/** Whether a process of this host is there. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return errnoOf(error) === 'EPERM';
  }
}
