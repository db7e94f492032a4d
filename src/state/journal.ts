import { lastCovered } from './last-sweep.js';
import type { Log } from './primitives.js';
import { formatRecord, parseRecord } from './records.js';
import type { Journal, JournalRecord } from './types.js';

/** The journal in the log, one line for each record. */
export function logJournal(log: Log, readOnly: boolean): Journal {
  return {
    async append(records) {
      if (!readOnly && records.length > 0) await log.append(records.map(formatRecord));
    },
    read: () => parsed(log.read()),
    lastGoodSweep: (shard = null) => lastCovered(parsed(log.headlines()), shard),
  };
}

async function* parsed(lines: AsyncIterable<string>): AsyncGenerator<JournalRecord> {
  for await (const line of lines) {
    const record = parseRecord(line);
    if (record) yield record;
  }
}
