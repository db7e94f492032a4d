import { expect, it } from 'vitest';
import { tellResults } from '../../src/app/tell.js';
import { parseEventId } from '../../src/domain/ids.js';
import { createLogger } from '../../src/report/log.js';
import type { EventResult } from '../../src/sync/types.js';

function failed(id: string, error: string): EventResult {
  const event = parseEventId(id);
  if (!event) throw new Error(`not an id: ${id}`);
  const nothing = { name: null, date: null, location: null, orderId: null, total: null, upstream: false };
  const lists = { differences: [], orders: [], changes: [], notes: [] };
  return { id: event, ...nothing, ...lists, error, status: 'failed', reason: 'STATUS_UNKNOWN' };
}

function logTo(lines: string[]) {
  return createLogger({
    sink: { write: (text) => lines.push(text) },
    clock: { now: () => 0 },
    level: 'info',
    format: 'text',
    run: 'sync-1a2b3c4d',
    redact: (text) => text,
    quiet: false,
  });
}

it('says what is known of each order, as a line has no table below it', () => {
  const order = { made: '2026-11-14 10:00', by: 'us', paid: '1.00', elsewhere: null, differs: [] };
  const orders = ['5', '6'].map((id) => ({ ...order, id, opened: 'no' as const, equals: 'yes' as const }));
  const lines: string[] = [];
  tellResults(logTo(lines), false, new Map())({ ...failed('11', 'There are two.'), orders });
  const each = (id: string) =>
    `order ${id}: made 2026-11-14 10:00 by us, 1.00 paid, not opened, equals the event: yes`;
  expect(lines).toEqual([
    `ERROR [sync-1a2b3c4d] Failed to process event 11: There are two. Orders: ${each('5')}; ${each('6')}.\n`,
  ]);
});

it('says a sentence that holds for several events of the first, and names every event', () => {
  const lines: string[] = [];
  const tell = tellResults(
    logTo(lines),
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
