import { expect, it } from 'vitest';
import { tellResults } from '../../src/app/tell.js';
import { parseEventId } from '../../src/domain/ids.js';
import { createLogger } from '../../src/report/log.js';
import type { EventResult } from '../../src/sync/types.js';

function failed(id: string, error: string): EventResult {
  const event = parseEventId(id);
  if (!event) throw new Error(`not an id: ${id}`);
  const nothing = { name: null, date: null, location: null, orderId: null, total: null, upstream: false };
  const lists = { differences: [], changes: [], notes: [] };
  return { id: event, ...nothing, ...lists, error, status: 'failed', reason: 'STATUS_UNKNOWN' };
}

it('says a sentence that holds for several events of the first, and names every event', () => {
  const lines: string[] = [];
  const log = createLogger({
    sink: { write: (text) => lines.push(text) },
    clock: { now: () => 0 },
    level: 'info',
    format: 'text',
    run: 'sync-1a2b3c4d',
    redact: (text) => text,
    quiet: false,
  });
  const tell = tellResults(
    log,
    false,
    new Map([
      ['15', 'STATUS_UNKNOWN'],
      ['13', 'DRIFT'],
    ]),
  );
  for (const id of ['11', '12']) tell(failed(id, 'Nobody knows the status.'));
  tell(failed('13', 'Something else.'));
  tell(failed('14', 'Nobody knows the status.'));
  tell(failed('15', 'Nobody knows the status.'));
  expect(lines).toEqual([
    'ERROR [sync-1a2b3c4d] Failed to process event 11: Nobody knows the status.\n',
    'ERROR [sync-1a2b3c4d] Failed to process event 12: STATUS_UNKNOWN, as said of event 11\n',
    'ERROR [sync-1a2b3c4d] Failed to process event 13: Something else.\n',
    'ERROR [sync-1a2b3c4d] Failed to process event 14: STATUS_UNKNOWN, as said of event 11\n',
    '[sync-1a2b3c4d] Failed to process event 15: STATUS_UNKNOWN, as before\n',
  ]);
});
